import Program

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files and directories that only the user may have written.
enum PrivateFiles {
    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    static func lastError() -> String { String(cString: strerror(errno)) }

    /// It belongs to the user, and nobody else may write to it.
    private static func isOurs(_ info: stat) -> Bool { info.st_uid == geteuid() && info.st_mode & 0o022 == 0 }

    static func isOurDirectory(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR && isOurs(info)
    }

    /// Reads a file of ours; nil for any other, and for a link.
    static func read(_ path: String, sizeMax: Int = 64 << 20) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, isOurs(info), info.st_size <= sizeMax
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                #if canImport(Darwin)
                Darwin.read(file, buffer.baseAddress! + done, buffer.count - done)
                #elseif canImport(Musl)
                Musl.read(file, buffer.baseAddress! + done, buffer.count - done)
                #else
                Glibc.read(file, buffer.baseAddress! + done, buffer.count - done)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            done += count
        }
        return bytes
    }

    /// Writes a file that was not there before; what failed if it cannot.
    static func write(_ bytes: [UInt8], to path: String) -> String? {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { return lastError() }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                Darwin.write(file, buffer.baseAddress! + done, buffer.count - done)
                #elseif canImport(Musl)
                Musl.write(file, buffer.baseAddress! + done, buffer.count - done)
                #else
                Glibc.write(file, buffer.baseAddress! + done, buffer.count - done)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = lastError()
                close(file)
                unlink(path)
                return reason
            }
            done += count
        }
        // A full disk may show only here.
        guard close(file) == 0 else {
            let reason = lastError()
            unlink(path)
            return reason
        }
        return nil
    }
}

/// A directory for one build, gone with this value's end.
struct BuildDirectory: ~Copyable {
    let path: String
    private static let names = ["steps.c", "steps.so", "messages"]

    /// In the first place that takes the source.
    init(source: [UInt8]) throws(NativeUnavailable) {
        var reason = "no directory for temporary files"
        for place in [PrivateFiles.environment("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm"].compactMap({ $0 }) {
            var template = Array((place + "/lockwalk-XXXXXX").utf8CString)
            guard mkdtemp(&template) != nil else {
                reason = "\(place): \(PrivateFiles.lastError())"
                continue
            }
            let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let failed = PrivateFiles.write(source, to: path + "/steps.c") {
                reason = "\(place): \(failed)"
                rmdir(path)
                continue
            }
            self.path = path
            return
        }
        throw .notLoaded(reason)
    }

    deinit {
        for name in Self.names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var source: String { path + "/steps.c" }
    var object: String { path + "/steps.so" }
    var messages: String { path + "/messages" }
}
