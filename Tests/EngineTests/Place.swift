import Foundation

/// Folders of a test, gone when it ends.
final class Place {
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

    /// Written by another process: what this one had open for writing, a child that another test starts at that moment
    /// would have open too, and the script could not be executed ("text file busy").
    func script(_ text: String) throws -> String {
        let path = folder.appendingPathComponent("cc-\(UUID().uuidString)").path
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/bin/sh")
        writer.arguments = ["-c", "printf '#!/bin/sh\n%s\n' \"$1\" > \"$0\" && chmod 755 \"$0\"", path, text]
        try writer.run()
        writer.waitUntilExit()
        guard writer.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
        return path
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

    /// One that starts a child and waits for it.
    func hangingCompiler() throws -> String {
        try script("sleep 300 &\necho $! > '\(folder.path)/child'\nwait")
    }

    /// The process that a compiler of ours has left behind.
    func child() throws -> pid_t {
        let text = try String(contentsOf: folder.appendingPathComponent("child"), encoding: .utf8)
        guard let number = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return number
    }

    func check(
        native: String = "always", compiler: String? = nil, more: [String] = [], temporary: String? = nil,
        model: String? = "Tests/Models/language/spinlock.c", program: String? = nil
    ) throws -> Answer {
        try answer(
            start(
                native: native, compiler: compiler, more: more, temporary: temporary, model: model, program: program))
    }

    func start(
        native: String = "always", compiler: String? = nil, more: [String] = [], temporary: String? = nil,
        model: String? = "Tests/Models/language/spinlock.c", program: String? = nil, name: String = ""
    ) throws -> (process: Process, out: URL, errors: URL) {
        let process = Process()
        process.executableURL = program.map { URL(fileURLWithPath: $0) } ?? Self.program
        process.arguments = ["check", "--native", native] + more + (model.map { [Models.root.path + "/" + $0] } ?? [])
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_CACHE_HOME"] = cache.path
        environment["TMPDIR"] = temporary ?? self.temporary.path
        environment["LOCKWALK_CC"] = compiler
        process.environment = environment
        // Files, not pipes: a child that outlives the program would keep a pipe open.
        let out = folder.appendingPathComponent("out" + name)
        let errors = folder.appendingPathComponent("errors" + name)
        for url in [out, errors] { try Data().write(to: url) }
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        return (process, out, errors)
    }

    func answer(_ run: (process: Process, out: URL, errors: URL)) throws -> Answer {
        run.process.waitUntilExit()
        return Answer(
            verdict: ["\(run.process.terminationStatus)"]
                + Self.withoutTimes(try String(contentsOf: run.out, encoding: .utf8)),
            errors: try String(contentsOf: run.errors, encoding: .utf8))
    }

    static func withoutTimes(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            line.contains(" transitions, ") ? String(line.prefix { $0 != ";" }) : String(line)
        }
    }

    static let program: URL = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<6 {
            let candidate = folder.appendingPathComponent("lockwalk")
            var isDirectory: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isDirectory),
                !isDirectory.boolValue
            {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        fatalError("the program is not beside \(CommandLine.arguments[0])")
    }()
}
