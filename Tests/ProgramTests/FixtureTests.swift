import Foundation
import Program
import Syntax
import Testing

/// One file for each code, which triggers it and nothing else; beside it what the author of such a model reads.
@Suite struct FixtureTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources/Program")

    static let fixtures: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".c") }.sorted()

    /// Found by a run only: a fixture of it lowers, and the search meets it.
    static let runTimeCode = "L0480"

    @Test(arguments: fixtures) func fixtureTriggersItsCode(_ name: String) throws {
        let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
        let lowered = lowerFile(text, name: name)
        let code = String(name.prefix(5))
        if code == Self.runTimeCode {
            #expect(lowered.codes == [])
            #expect(lowered.model?.failures.contains { $0.name == code } == true)
            return
        }
        #expect(lowered.codes == [code], "\(lowered.rendered)")
        #expect(lowered.diagnostics.all.allSatisfy { $0.suggestion != nil })
        expectGolden(lowered.rendered, Self.folder.appendingPathComponent(name.dropLast(2) + ".expected"))
    }

    @Test func everyCodeHasAFixture() {
        let fixed = Set(Self.fixtures.map { String($0.prefix(5)) })
        #expect(fixed == Set(ProgramExplanations.all.map(\.code)))
    }

    /// The codes that the factories of this module can make, read from their text.
    private static func codesOfFactories() throws -> Set<String> {
        var codes: Set<String> = []
        let paths = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
        for path in paths where path.hasSuffix(".swift") && !path.contains("Explanations") {
            let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
            for match in text.matches(of: /"(L0[0-9]{3})"/) { codes.insert(String(match.1)) }
        }
        return codes
    }

    @Test func everyCodeIsExplainedOnceAndInOrder() throws {
        let codes = ProgramExplanations.all.map(\.code)
        #expect(codes == codes.sorted())
        #expect(Set(codes).count == codes.count)
        #expect(try Self.codesOfFactories() == Set(codes))
        for entry in ProgramExplanations.all {
            #expect(!entry.title.isEmpty && entry.title.count <= 48 && entry.title.last != ".", "\(entry.code)")
            #expect(entry.text.hasSuffix(".") && entry.text.count > 60, "\(entry.code)")
            let sentences = entry.text.matches(of: /[.?!)](\s|$)/).count
            #expect((2...6).contains(sentences), "\(entry.code)")
        }
    }

    @Test(arguments: ProgramExplanations.all.map(\.code)) func exampleShowsItsFault(_ code: String) throws {
        let entry = try #require(ProgramExplanations.all.first { $0.code == code })
        #expect((3...12).contains(entry.example.split(separator: "\n", omittingEmptySubsequences: false).count))
        let lowered = lower(entry.example)
        if code == Self.runTimeCode {
            #expect(lowered.model?.failures.contains { $0.name == code } == true)
        } else {
            #expect(lowered.codes.first == code, "\(lowered.rendered)")
        }
    }
}

/// Compares a text with a file. `LOCKWALK_ACCEPT=1 swift test` writes the file anew; what changed is then read in
/// `git diff`.
func expectGolden(_ text: String, _ file: URL, at place: SourceLocation = #_sourceLocation) {
    if ProcessInfo.processInfo.environment["LOCKWALK_ACCEPT"] != nil {
        try? text.write(to: file, atomically: true, encoding: .utf8)
        return
    }
    let wanted = (try? String(contentsOf: file, encoding: .utf8)) ?? "(there is no such file)\n"
    #expect(
        text == wanted, "\(file.lastPathComponent) differs; if the new text is right: LOCKWALK_ACCEPT=1 swift test",
        sourceLocation: place)
}
