// Objects built before, by content: the name is a hash of the C source, the compiler and the flags, so nothing is ever
// out of date. Beside each object lies its own hash. It is loaded only if directory, object and hash belong to the
// user, nobody else may write to them or put another directory in their place, and the hash is right: then it is what a
// build by this user left there.
//
// A build leaves its object under a temporary name and renames it, the hash last; so a reader sees all or nothing.
// Whatever goes wrong here, the search just builds for itself.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

public struct NativeCache: Sendable {
    /// nil: no cache.
    public var directory: String?

    public init(directory: String?) { self.directory = directory }

    public static let none = NativeCache(directory: nil)

    /// Above so many objects, or so many bytes of them, those go that have not been used for the longest time.
    package var objectsMax = 256
    package var bytesMax = 64 << 20
    /// Temporary files of a process that was killed go after so many seconds.
    private static let abandonedAfter = 600

    /// `$XDG_CACHE_HOME/lockwalk`, or `~/.cache/lockwalk`.
    public static var usual: NativeCache {
        if let base = PrivateFiles.environment("XDG_CACHE_HOME"), base.hasPrefix("/") {
            return NativeCache(directory: base + "/lockwalk")
        }
        guard let home = PrivateFiles.environment("HOME"), home.hasPrefix("/") else { return .none }
        return NativeCache(directory: home + "/.cache/lockwalk")
    }

    /// The path of a cached object that may be loaded.
    func object(_ key: String) -> String? {
        guard let directory, isTrusted(directory) else { return nil }
        let path = "\(directory)/\(key).so"
        guard let recorded = PrivateFiles.read("\(directory)/\(key).sum", sizeMax: 64), recorded.count == 64,
            let bytes = PrivateFiles.read(path), Array(SHA256.hex(bytes).utf8) == recorded
        else { return nil }
        utimes(path, nil)
        return path
    }

    private func isTrusted(_ directory: String) -> Bool {
        guard let end = directory.lastIndex(of: "/") else { return false }
        return PrivateFiles.isOurDirectory(directory)
            && PrivateFiles.isSafeParent(end == directory.startIndex ? "/" : String(directory[..<end]))
    }

    /// Keeps a copy of a built object.
    func keep(_ key: String, object: String) {
        guard let directory, prepare(directory), let bytes = PrivateFiles.read(object) else { return }
        prune(directory)
        let mark = "\(getpid())-\(UInt32.random(in: 0 ... .max))"
        for (name, content) in [("so", bytes), ("sum", Array(SHA256.hex(bytes).utf8))] {
            let temporary = "\(directory)/.\(mark).\(name)"
            guard PrivateFiles.write(content, to: temporary) == nil else { return }
            if rename(temporary, "\(directory)/\(key).\(name)") != 0 {
                unlink(temporary)
                return
            }
        }
    }

    private func prepare(_ directory: String) -> Bool {
        var path = ""
        for part in directory.split(separator: "/") {
            path += "/" + part
            if mkdir(path, 0o700) != 0, errno != EEXIST { return false }
        }
        return isTrusted(directory)
    }

    /// Makes room, roughly: an object that another process is about to load may go, and then that one builds.
    private func prune(_ directory: String) {
        let entries = PrivateFiles.list(directory)
        let now = Int(time(nil))
        for entry in entries where entry.name.hasPrefix(".") && now - entry.changed > Self.abandonedAfter {
            unlink("\(directory)/\(entry.name)")
        }
        var objects = entries.filter { $0.name.hasSuffix(".so") && !$0.name.hasPrefix(".") }
        var bytes = objects.reduce(0) { $0 + Int($1.info.st_size) }
        guard objects.count >= objectsMax || bytes >= bytesMax else { return }
        // The oldest last, to be taken from there.
        objects.sort { ($1.changed, $1.name) < ($0.changed, $0.name) }
        while let oldest = objects.last, objects.count > objectsMax * 3 / 4 || bytes > bytesMax / 4 * 3 {
            objects.removeLast()
            bytes -= Int(oldest.info.st_size)
            unlink("\(directory)/\(oldest.name)")
            unlink("\(directory)/\(oldest.name.dropLast(3)).sum")
        }
    }
}
