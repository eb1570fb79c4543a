import Execution
import Foundation
import Program
import Testing

/// The folder of built objects stays small.
@Suite struct CacheTests {
    /// What has not been used for the longest time goes first.
    @Test func theOldestObjectsGo() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cache-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var cache = NativeCache(directory: folder.path + "/lockwalk")
        cache.objectsMax = 4
        let names = try ["a", "b", "c", "d"].map { try fill(folder, $0, age: 1000 - Int($0.utf8.first!)) }
        try Data([1]).write(to: folder.appendingPathComponent("lockwalk/.1-2.so"))
        try age(folder.path + "/lockwalk/.1-2.so", 3600)
        guard try build(cache, "/* one */ static u1 x; THREAD(a, 1) { WRITE_ONCE(x, 1); }") else { return }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/lockwalk")
        #expect(left.filter { $0.hasSuffix(".so") }.count == 4)
        #expect(!left.contains(names[0] + ".so") && !left.contains(names[0] + ".sum"))
        #expect(left.contains(names[1] + ".so") && left.contains(names[3] + ".sum"))
        #expect(!left.contains(".1-2.so"), "what a killed process left")
    }

    @Test func objectsOfManyBytesGo() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cache-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var cache = NativeCache(directory: folder.path + "/lockwalk")
        cache.bytesMax = 2_000
        for name in ["a", "b", "c"] { _ = try fill(folder, name, age: 1000 - Int(name.utf8.first!)) }
        guard try build(cache, "static u1 x; THREAD(a, 1) { WRITE_ONCE(x, 1); }") else { return }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/lockwalk")
        #expect(left.contains("c.so") && !left.contains("a.so") && !left.contains("b.so"))
    }

    /// An object that is used counts as new.
    @Test func whatIsUsedStays() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cache-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = NativeCache(directory: folder.path + "/lockwalk")
        let text = "static u1 x; THREAD(a, 1) { WRITE_ONCE(x, 1); }"
        guard try build(cache, text) else { return }
        let directory = folder.path + "/lockwalk"
        let name = try FileManager.default.contentsOfDirectory(atPath: directory).first { $0.hasSuffix(".so") }!
        try age(directory + "/" + name, 5000)
        #expect(try build(cache, text))
        let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/" + name)
        let changed = try #require(attributes[.modificationDate] as? Date)
        #expect(changed.timeIntervalSinceNow > -1000)
    }

    private func age(_ path: String, _ seconds: Int) throws {
        let date = Date(timeIntervalSinceNow: -Double(seconds))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }

    /// An object of 1000 bytes that nobody asks for.
    private func fill(_ folder: URL, _ name: String, age seconds: Int) throws -> String {
        let directory = folder.appendingPathComponent("lockwalk")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for path in [folder.path, directory.path] { chmod(path, 0o700) }
        try Data(count: 1000).write(to: directory.appendingPathComponent(name + ".so"))
        try Data(count: 64).write(to: directory.appendingPathComponent(name + ".sum"))
        try age(directory.path + "/\(name).so", seconds)
        return name
    }

    /// False if there is no compiler.
    private func build(_ cache: NativeCache, _ text: String) throws -> Bool {
        let model = Models.model(text: "#include <lockwalk.h>\n" + text)
        let layout = StateLayout(model: model, liveness: model.liveness(), ranges: [:])
        do {
            _ = try NativeSteps.compile(model: model, layout: layout, options: ExecutionOptions(), cache: cache)
        } catch .noCompiler {
            return false
        }
        return true
    }
}
