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

    /// Nobody but the user and root can put something else in the place of what is in there. It may be reached by a
    /// link.
    static func isSafeParent(_ path: String) -> Bool {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == geteuid() || info.st_uid == 0
        else { return false }
        return info.st_mode & 0o022 == 0 || info.st_mode & S_ISVTX != 0
    }

    /// What lies in a directory, by name, with when it was last changed in seconds; nothing if it cannot be read.
    static func list(_ directory: String) -> [(name: String, changed: Int, info: stat)] {
        guard let listing = opendir(directory) else { return [] }
        defer { closedir(listing) }
        var entries: [(name: String, changed: Int, info: stat)] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                    String(cString: $0)
                }
            }
            var info = stat()
            guard name != ".", name != "..", lstat("\(directory)/\(name)", &info) == 0 else { continue }
            #if canImport(Darwin)
            entries.append((name, Int(info.st_mtimespec.tv_sec), info))
            #else
            entries.append((name, Int(info.st_mtim.tv_sec), info))
            #endif
        }
        return entries
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
