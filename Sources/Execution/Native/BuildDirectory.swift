#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A directory for one build, gone with this value's end. Everything that the compiler leaves lies in it, its own
/// temporary files too.
struct BuildDirectory: ~Copyable {
    let path: String
    private static let prefix = "lockwalk-"
    /// A build is over long before that: an older directory was left by a process that was killed.
    private static let abandonedAfter = 600

    /// In the first place that takes the source.
    init(source: [UInt8]) throws(NativeUnavailable) {
        var reason = "no directory for temporary files"
        for place in [PrivateFiles.environment("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm"].compactMap({ $0 }) {
            Self.sweep(place)
            var template = Array((place + "/" + Self.prefix + "XXXXXX").utf8CString)
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

    deinit { Self.remove(path) }

    var source: String { path + "/steps.c" }
    var object: String { path + "/steps.so" }

    /// Removes a directory and the files in it, but no directory within.
    private static func remove(_ path: String) {
        for entry in PrivateFiles.list(path) { unlink("\(path)/\(entry.name)") }
        rmdir(path)
    }

    /// Removes what builds that were killed have left.
    private static func sweep(_ place: String) {
        let now = Int(time(nil))
        for entry in PrivateFiles.list(place)
        where entry.name.hasPrefix(prefix) && entry.name.utf8.count == prefix.utf8.count + 6
            && now - entry.changed > abandonedAfter
        {
            let path = "\(place)/\(entry.name)"
            if PrivateFiles.isOurDirectory(path) { remove(path) }
        }
    }
}
