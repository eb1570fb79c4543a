import Foundation
import Testing

/// The page of each family of models shows a run as the program prints it today; `LOCKWALK_ACCEPT=1` writes it anew.
struct FamilyPageTests {
    static let folder = ReadmeTests.root.appendingPathComponent("models")

    static let families: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { !$0.contains(".") && $0 != "include" }.sorted()
    }()

    static let remark = "<!-- run: lockwalk "

    @Test(arguments: families) func showsARunOfToday(_ family: String) throws {
        let page = Self.folder.appendingPathComponent(family + "/README.md")
        var lines = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n")
        let isAccepting = ProcessInfo.processInfo.environment["LOCKWALK_ACCEPT"] == "1"
        let remarks = lines.indices.filter { lines[$0].hasPrefix(Self.remark) }
        #expect(!remarks.isEmpty, "\(family)/README.md shows no run")
        for line in remarks.reversed() {
            let parts = lines[line].dropFirst(Self.remark.count).replacingOccurrences(of: " -->", with: "")
                .components(separatedBy: "; ")
            let words = parts[0].split(separator: " ").map(String.init)
            let answer = try Program.run(words, in: page.deletingLastPathComponent())
            #expect("exit \(answer.code)" == parts.last, "\(parts[0])\n\(answer.errors)")
            let end = try #require(lines[(line + 2)...].firstIndex(of: "```"))
            let today = Self.columns(of: answer.out)
            if isAccepting {
                lines.replaceSubrange(line + 2..<end, with: today)
            } else {
                #expect(Array(lines[line + 2..<end]) == today, "\(parts[0]) says\n\(answer.out)")
            }
        }
        if isAccepting { try lines.joined(separator: "\n").write(to: page, atomically: true, encoding: .utf8) }
        #expect(lines.count <= 61, "\(family)/README.md is too long to be read")
    }

    /// Every family is in the table of all models, with every model that it has.
    @Test(arguments: families) func isInTheTable(_ family: String) throws {
        let table = try String(contentsOf: Self.folder.appendingPathComponent("README.md"), encoding: .utf8)
        let names = try FileManager.default.contentsOfDirectory(
            atPath: Self.folder.appendingPathComponent(family).path)
        for name in names where name.hasSuffix(".c") {
            #expect(table.contains("(\(family)/\(name))"), "models/README.md does not know \(family)/\(name)")
        }
    }

    /// From the verdict to what is held at the end, or to the place in the text.
    private static func columns(of answer: String) -> [String] {
        var columns: [String] = []
        for line in answer.components(separatedBy: "\n") {
            if columns.count > 3, line.contains(#/^[\w.\/-]+\.[ch]:[0-9]+:/#) { break }
            columns.append(line)
            if line.hasPrefix("held:") { break }
        }
        while columns.last?.isEmpty == true { columns.removeLast() }
        return columns
    }
}
