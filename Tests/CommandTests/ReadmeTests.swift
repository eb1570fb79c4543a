import Foundation
import Testing

/// The README's models and commands do what it says that they do.
struct ReadmeTests {
    struct Block {
        /// The remark before it: `model: walker.c`, or `run: lockwalk check walker.c; exit 1; model: walker.c`.
        var remark: String
        var text: String
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func blocks() throws -> [Block] {
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        var blocks: [Block] = []
        var remark: String?
        var lines: [Substring]?
        for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("<!-- ") {
                remark = line.dropFirst(5).replacingOccurrences(of: " -->", with: "")
            } else if line.hasPrefix("```"), let collected = lines {
                if let remark { blocks.append(Block(remark: remark, text: collected.joined(separator: "\n") + "\n")) }
                (lines, remark) = (nil, nil)
            } else if line.hasPrefix("```") {
                lines = []
            } else {
                lines?.append(line)
            }
        }
        return blocks
    }

    /// Times differ from run to run.
    static func withoutTimes(_ text: String) -> String {
        text.replacing(#/[0-9.]+ (ms|s|us)$/#.anchorsMatchLineEndings(), with: "TIME")
    }

    @Test func modelsAndCommandsDoWhatTheReadmeSays() throws {
        let scratch = try Scratch()
        var commands = 0
        let blocks = try Self.blocks()
        for block in blocks where block.remark.hasPrefix("model: ") {
            try scratch.write(String(block.remark.dropFirst("model: ".count)), block.text)
        }
        for block in blocks where block.remark.hasPrefix("run: ") {
            commands += 1
            let parts = block.remark.components(separatedBy: "; ")
            let words = parts[0].dropFirst("run: lockwalk ".count).split(separator: " ").map(String.init)
            let answer = try Program.run(words, in: scratch.url)
            #expect("exit \(answer.code)" == parts[1], "\(parts[0])\n\(answer.errors)")
            let wanted = Self.withoutTimes(block.text)
            #expect(Self.withoutTimes(answer.out).hasPrefix(wanted), "\(parts[0]) says\n\(answer.out)")
        }
        #expect(commands >= 2)
    }

    @Test func theFirstCommandShowsARace() throws {
        let readme = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        let line = try #require(
            readme.split(separator: "\n").first { $0.contains("swift run -c release lockwalk ") })
        let words = line.split(separator: " ").map(String.init).drop { $0 != "lockwalk" }.dropFirst()
        let answer = try Program.run(Array(words), in: Self.root)
        #expect(answer.code == 1)
        #expect(answer.out.contains("violated: USE_AFTER_FREE(ptpages)"))
    }
}
