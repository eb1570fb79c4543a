import Foundation

/// What one run of the program said.
struct Answer {
    var code: Int32
    var out: String
    var errors: String
}

/// The program beside the test bundle: what users run, not a part of it.
enum Program {
    static let url: URL = {
        // The test runner lies in the build folder, and so does the program.
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<6 {
            let candidate = folder.appendingPathComponent("lockwalk")
            var isDirectory: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isDirectory), !isDirectory.boolValue,
                FileManager.default.isExecutableFile(atPath: candidate.path)
            {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        fatalError("the program is not beside \(CommandLine.arguments[0])")
    }()

    /// Runs it in a folder, with a text as its standard input.
    static func run(_ arguments: [String], input: String = "", in folder: URL? = nil) throws -> Answer {
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let (standardInput, out, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = out
        process.standardError = errors
        try process.run()
        // A program that does not read its input closes the pipe first.
        try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? standardInput.fileHandleForWriting.close()
        // Both pipes have to be emptied at once, or the program waits for the one that is full.
        let gathered = Gathered()
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {
            gathered.errors = errors.fileHandleForReading.readDataToEndOfFile()
        }
        let text = out.fileHandleForReading.readDataToEndOfFile()
        group.wait()
        process.waitUntilExit()
        return Answer(
            code: process.terminationStatus, out: String(decoding: text, as: UTF8.self),
            errors: String(decoding: gathered.errors, as: UTF8.self))
    }

    private final class Gathered: @unchecked Sendable {
        var errors = Data()
    }
}

/// A folder of its own for a test, gone when the test ends.
final class Scratch {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("lockwalk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ name: String, _ text: String) throws {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
}
