extension Files {
    /// Whether there will be a place for the files that these options name: told before a long search, not after it.
    static func checkPlaces(_ arguments: Arguments, options: [String]) throws {
        for path in options.compactMap(arguments.last) {
            if isDirectory(path) { throw Failure(message: "cannot write '\(path)': it is a directory") }
            let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
            guard isDirectory(directory) else {
                throw Failure(message: "cannot write '\(path)': there is no directory '\(directory)'")
            }
            let target = access(path, F_OK) == 0 ? path : directory
            if access(target, W_OK) != 0 { throw Failure(message: "cannot write '\(path)': \(reason(errno))") }
        }
    }

    /// Writes a file as a whole: whoever reads it meanwhile sees the old one or the new one.
    static func write(_ text: String, to path: String) throws {
        let bytes = Array(text.utf8)
        var status = stat()
        // What is no regular file (a pipe, /dev/null) is written to as it is.
        let isPlain = stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
        let target = isPlain ? "\(path).\(getpid()).part" : path
        let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Failure(message: "cannot write '\(path)': \(reason(errno))") }
        var start = 0
        while start < bytes.count {
            let written = bytes.withUnsafeBytes {
                Platform.write(descriptor, $0.baseAddress! + start, $0.count - start)
            }
            if written < 0 {
                if errno == EINTR { continue }
                let failure = Failure(message: "cannot write '\(path)': \(reason(errno))")
                close(descriptor)
                if isPlain { unlink(target) }
                throw failure
            }
            start += written
        }
        close(descriptor)
        guard isPlain else { return }
        if rename(target, path) != 0 {
            let failure = Failure(message: "cannot write '\(path)': \(reason(errno))")
            unlink(target)
            throw failure
        }
    }
}
