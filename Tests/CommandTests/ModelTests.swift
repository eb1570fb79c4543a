import Foundation
import Testing

/// The models are tests: their EXPECT rows hold, and they are C.
struct ModelTests {
    static let folders = ["models", "Tests/Models", "Benchmarks/models"]

    static func models() -> [URL] {
        folders.flatMap { folder -> [URL] in
            let files = FileManager.default.enumerator(
                at: ReadmeTests.root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "c" }
        }.sorted { $0.path < $1.path }
    }

    @Test func everyRowOfEveryModelHolds() throws {
        let answer = try Program.run(["test"] + Self.folders, in: ReadmeTests.root)
        let failures = answer.out.split(separator: "\n").filter { $0.hasPrefix("FAIL") }
        #expect(answer.code == 0, "\(failures.joined(separator: "\n"))\n\(answer.errors)")
        #expect(failures.isEmpty)
    }

    @Test(arguments: ["gcc", "clang"])
    func everyModelIsValidC(_ compiler: String) throws {
        guard let path = Self.find(compiler) else {
            print("skipped: there is no \(compiler) here")
            return
        }
        let scratch = try Scratch()
        try scratch.write("lockwalk.h", try Program.run(["header"]).out)
        let models = Self.models()
        #expect(models.count >= 10)
        let process = Process()
        process.executableURL = path
        process.arguments =
            ["-std=gnu11", "-fsyntax-only", "-Wall", "-Werror", "-I", scratch.url.path] + models.map(\.path)
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }

    private static func find(_ name: String) -> URL? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}
