// Objects built before, by content: the name is a hash of the C source, the compiler and the flags, so nothing is ever
// out of date. Beside each object lies its own hash. An object is loaded only if directory, object and hash belong to the
// user, nobody else may write to them, and the hash is right: then it is what a build by this user left there.
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

    /// Above this many objects the oldest go.
    private static let objectsMax = 256

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
        guard let directory, PrivateFiles.isOurDirectory(directory) else { return nil }
        let path = "\(directory)/\(key).so"
        guard let recorded = PrivateFiles.read("\(directory)/\(key).sum", sizeMax: 64), recorded.count == 64,
            let bytes = PrivateFiles.read(path), Array(SHA256.hex(bytes).utf8) == recorded
        else { return nil }
        return path
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
        return PrivateFiles.isOurDirectory(directory)
    }

    /// Makes room, roughly: an object that another process is about to load may go, and then it builds.
    private func prune(_ directory: String) {
        guard let listing = opendir(directory) else { return }
        defer { closedir(listing) }
        var objects: [(changed: Int, name: String)] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                    String(cString: $0)
                }
            }
            var info = stat()
            guard name.hasSuffix(".so"), lstat("\(directory)/\(name)", &info) == 0 else { continue }
            #if canImport(Darwin)
            objects.append((Int(info.st_mtimespec.tv_sec), name))
            #else
            objects.append((Int(info.st_mtim.tv_sec), name))
            #endif
        }
        guard objects.count >= Self.objectsMax else { return }
        for object in objects.sorted(by: { $0 < $1 }).prefix(objects.count - Self.objectsMax * 3 / 4) {
            unlink("\(directory)/\(object.name)")
            unlink("\(directory)/\(object.name.dropLast(3)).sum")
        }
    }
}
