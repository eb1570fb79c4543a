import Foundation
import Testing

struct BenchTests {
    /// States and transitions as SPIN and Rumur count them.
    @Test(arguments: [
        ("ptefree:W=1,F=1", 114), ("ptefree:W=2,F=2", 5_722), ("ptefree:W=3,F=2", 39_938), ("rwsem:R=1,W=1", 203),
        ("rwsem:R=2,W=2", 15_888), ("peterson:N=2", 43), ("peterson:N=3", 1_416), ("phil:N=8", 6_561),
        ("tables:W=2,F=2,P=1", 7_168),
    ])
    func findsAsManyStatesAsOtherCheckers(_ model: String, _ states: Int) throws {
        let answer = try Program.run(["bench", "--reduction", "none", model, "--runs", "1", "--no-limit", "--format", "json"])
        #expect(answer.code == 0)
        #expect(answer.out.contains("\"verdict\": \"HOLDS\", \"states\": \(states), "), "\(answer.out)")
    }

    @Test(arguments: ["ptefree", "tables", "walkers", "rwsem", "peterson", "phil"])
    func theBuiltInModelIsTheFile(_ name: String) throws {
        let file = ReadmeTests.root.appendingPathComponent("Benchmarks/models/\(name).c")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(try Program.run(["bench", "--source", name]).out == text)
    }

    @Test func measuresTheLimit() throws {
        let answer = try Program.run(["bench", "ptefree:W=1,F=1", "--runs", "2"])
        #expect(answer.out.contains(" %\n"))
    }

    @Test(arguments: [["bench", "ptefre"], ["bench", "ptefree:X=1"], ["bench", "--runs", "0"], ["bench", "--format", "xml"]])
    func refusesWhatIsWrong(_ words: [String]) throws {
        #expect(try Program.run(words).code == 2)
    }
}
