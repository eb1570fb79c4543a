/// What the checker reads from the file system, with reasons in words where it cannot.
enum Files {
    struct Failure: Error {
        var message: String
    }

    /// A model is a page or two; what is larger than this is no model.
    static let sizeMax = 64 << 20

    /// The bytes of a file; `-` is standard input.
    static func read(_ path: String) throws -> [UInt8] {
        if path == "-" { return try readAll(0, "standard input") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(message: "cannot read '\(path)': \(reason(errno))") }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw Failure(message: "cannot read '\(path)': it is a directory")
        }
        return try readAll(descriptor, "'\(path)'")
    }

    private static func readAll(_ descriptor: Int32, _ shown: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes { Platform.read(descriptor, $0.baseAddress!, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(message: "cannot read \(shown): \(reason(errno))")
            }
            bytes.append(contentsOf: piece[..<count])
            if bytes.count > sizeMax { throw Failure(message: "\(shown) is larger than a model can be (64 MiB)") }
        }
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// All `*.c` below a directory, in the order of the alphabet; hidden ones left out, links to directories not
    /// followed.
    static func models(below directory: String) throws -> [String] {
        guard let handle = opendir(directory) else {
            throw Failure(message: "cannot read '\(directory)': \(reason(errno))")
        }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        closedir(handle)
        var found: [String] = []
        for name in names.sorted() {
            let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                found += try models(below: path)
            } else if name.hasSuffix(".c") {
                found.append(path)
            }
        }
        return found
    }

    static func reason(_ number: Int32) -> String {
        switch number {
        case ENOENT: "no such file"
        case EACCES: "permission denied"
        default: String(cString: strerror(number)).lowercased()
        }
    }
}

extension Platform {
    static func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, bytes, count)
        #elseif canImport(Musl)
        Musl.read(descriptor, bytes, count)
        #else
        Darwin.read(descriptor, bytes, count)
        #endif
    }
}
