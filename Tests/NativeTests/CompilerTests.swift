import Foundation
import Testing

/// What the compiler or the cache can do wrong; the program must come to the same verdict every time.
@Suite struct CompilerTests {
    @Test func aMissingCompilerIsSaidOnce() throws {
        let place = try Place()
        let answer = try place.check(compiler: "/nonexistent/cc")
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors == "lockwalk: steps are interpreted, which is slower: there is no C compiler\n")
        #expect(try place.leftovers().isEmpty)
    }

    @Test func aFailingCompilerIsQuoted() throws {
        let place = try Place()
        let compiler = try place.script("echo 'no space left' >&2\nexit 3")
        let answer = try place.check(compiler: compiler)
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors.contains("the C compiler failed: no space left"))
        #expect(try place.leftovers().isEmpty)
    }

    /// One that claims success and leaves nothing that can be loaded.
    @Test func aCompilerThatLiesIsFoundOut() throws {
        let place = try Place()
        let answer = try place.check(compiler: try place.script("for o; do :; done\necho nonsense > \"$o\""))
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors.contains("cannot be loaded"))
        #expect(try place.leftovers().isEmpty)
        #expect(place.cached().isEmpty)
    }

    @Test func aHangingCompilerIsStopped() throws {
        let place = try Place()
        // A child of its own must end with it.
        let compiler = try place.script("sleep 300 &\necho $! > '\(place.folder.path)/child'\nwait")
        let answer = try place.check(compiler: compiler)
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors.contains("the C compiler took more than 10 s"))
        let child = try String(contentsOf: place.folder.appendingPathComponent("child"), encoding: .utf8)
        let number = pid_t(child.trimmingCharacters(in: .whitespacesAndNewlines))!
        #expect(isGone(number))
        #expect(try place.leftovers().isEmpty)
    }

    /// Killed; whether its parent has taken note is that one's affair.
    private func isGone(_ process: pid_t) -> Bool {
        for _ in 0..<100 {
            if kill(process, 0) != 0 { return true }
            let state = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
            if state.contains(") Z ") { return true }
            usleep(10_000)
        }
        return false
    }

    @Test func theSecondSearchBuildsNothing() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        let first = try place.check(compiler: compiler)
        #expect(first.errors == "")
        let built = place.builds
        #expect(built > 0)
        #expect(place.cached().count == 2 * built)
        #expect(try place.check(compiler: compiler).verdict == first.verdict)
        #expect(place.builds == built)
        #expect(try place.leftovers().isEmpty)
    }

    @Test func aDamagedObjectIsNotLoaded() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        let first = try place.check(compiler: compiler)
        let built = place.builds
        for name in place.cached() where name.hasSuffix(".so") {
            let url = place.cache.appendingPathComponent("lockwalk/" + name)
            var bytes = try Data(contentsOf: url)
            bytes[bytes.count / 2] ^= 1
            try FileManager.default.removeItem(at: url)
            try bytes.write(to: url)
        }
        #expect(try place.check(compiler: compiler).verdict == first.verdict)
        #expect(place.builds == 2 * built)
    }

    /// Others may have put anything there.
    @Test func aDirectoryThatOthersMayWriteToIsNotUsed() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        _ = try place.check(compiler: compiler)
        let built = place.builds
        let folder = place.cache.appendingPathComponent("lockwalk").path
        #expect(try mode(folder) == 0o700)
        chmod(folder, 0o777)
        _ = try place.check(compiler: compiler)
        #expect(place.builds == 2 * built)
    }

    private func mode(_ path: String) throws -> Int {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0
    }

    @Test func aCacheThatCannotBeWrittenIsDoneWithout() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        try Data().write(to: place.cache)
        let answer = try place.check(compiler: compiler)
        #expect(answer.errors == "")
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(try place.leftovers().isEmpty)
    }

    @Test func noCacheKeepsNothing() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        #expect(try place.check(compiler: compiler, more: ["--no-cache"]).errors == "")
        #expect(place.cached().isEmpty)
    }

    @Test func aFullDiskIsDoneWithout() throws {
        // Every place for temporary files but this one still works, so the search just goes on.
        let place = try Place()
        let answer = try place.check(temporary: "/dev/null/nothing")
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
    }
}

/// Folders of a test, gone when it ends.
private final class Place {
    let folder: URL
    let temporary: URL
    let cache: URL
    private var log: URL { folder.appendingPathComponent("log") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("native-\(UUID().uuidString)")
        temporary = folder.appendingPathComponent("temporary")
        cache = folder.appendingPathComponent("cache")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func script(_ text: String) throws -> String {
        let url = folder.appendingPathComponent("cc-\(UUID().uuidString)")
        try "#!/bin/sh\n\(text)\n".write(to: url, atomically: true, encoding: .utf8)
        chmod(url.path, 0o755)
        return url.path
    }

    /// A real compiler that counts its runs; nil where there is none.
    func countingCompiler() throws -> String? {
        let names = ["clang", "cc", "gcc"]
        let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        for name in names {
            for path in paths where FileManager.default.isExecutableFile(atPath: "\(path)/\(name)") {
                return try script("echo run >> '\(log.path)'\nexec '\(path)/\(name)' \"$@\"")
            }
        }
        print("no C compiler: the cache is not tested")
        return nil
    }

    var builds: Int {
        ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n").count
    }

    func cached() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: cache.path + "/lockwalk")) ?? []
    }

    /// What a run has left among the temporary files.
    func leftovers() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: temporary.path) }

    struct Answer {
        /// All that was said but how long it took.
        var verdict: [String]
        var errors: String
    }

    func check(
        native: String = "always", compiler: String? = nil, more: [String] = [], temporary: String? = nil
    ) throws -> Answer {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["check", "--native", native] + more + [
            Models.root.path + "/Tests/Models/language/spinlock.c"
        ]
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_CACHE_HOME"] = cache.path
        environment["TMPDIR"] = temporary ?? self.temporary.path
        environment["LOCKWALK_CC"] = compiler
        process.environment = environment
        // Files, not pipes: a child that outlives the program would keep a pipe open.
        let (out, errors) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("errors"))
        for url in [out, errors] { try Data().write(to: url) }
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        let lines = try String(contentsOf: out, encoding: .utf8).split(separator: "\n").map { line in
            line.contains(" transitions, ") ? String(line.prefix { $0 != ";" }) : String(line)
        }
        return Answer(
            verdict: ["\(process.terminationStatus)"] + lines,
            errors: try String(contentsOf: errors, encoding: .utf8))
    }

    private static let program: URL = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<6 {
            let candidate = folder.appendingPathComponent("lockwalk")
            var isDirectory: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isDirectory), !isDirectory.boolValue {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        fatalError("the program is not beside \(CommandLine.arguments[0])")
    }()
}
