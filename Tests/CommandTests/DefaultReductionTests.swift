import Foundation
import Testing

/// What a user meets of the reductions who has not asked for any.
@Suite struct DefaultReductionTests {
    /// Larger than where reductions begin; its walkers and freers are alike.
    private static let ptefree = ReadmeTests.root.appendingPathComponent("Benchmarks/models/ptefree.c").path

    private func check(_ words: String...) throws -> String {
        let answer = try Program.run(["check"] + words + ["-DW=3", "-DF=2", Self.ptefree])
        #expect(answer.code == 0, "\(answer.out) \(answer.errors)")
        return answer.out
    }

    private func states(_ text: String) throws -> Int {
        let match = try #require(text.firstMatch(of: /\n([0-9,]+) states/))
        return try #require(Int(match.1.filter(\.isNumber)))
    }

    @Test func aLargeSearchIsReduced() throws {
        let usual = try check()
        #expect(try states(usual) < 10_000)
        #expect(usual.contains("\nsymmetry: walker (3), freer (2) are interchangeable"), "\(usual)")
        #expect(try check("--json").contains(#""symmetry"]"#))
        let plain = try check("--reduction", "none")
        #expect(try states(plain) == 39_938)
        for word in ["symmetry:", "partial order:", " levels", "are not told"] { #expect(!plain.contains(word)) }
        #expect(usual.prefix { $0 != "\n" } == plain.prefix { $0 != "\n" })
        #expect(try check("--json", "--reduction", "none").contains(#""reductions": []"#))
    }

    /// Symmetry leaves 5,150 of 39,938 states; how many that saves is told from a sample.
    @Test func whatWasSavedIsSaid() throws {
        func number(_ text: some StringProtocol) throws -> Int { try #require(Int(String(text).filter(\.isNumber))) }
        let symmetry = try check("--reduction", "symmetry").replacing("\n", with: " ")
        let match = try #require(symmetry.firstMatch(of: /at least about ([0-9,]+) states and ([0-9,]+) successors saved/))
        let states = try number(match.1)
        #expect(28_000...42_000 ~= states)
        #expect(!symmetry.contains("partial order:"))
        let document = try check("--json", "--reduction", "symmetry")
        #expect(document.contains(#""saved": {"symmetry": {"states": \#(states), "successors": \#(try number(match.2))}}"#))
        let order = try check("--reduction", "por").replacing("\n", with: " ")
        let steps = try #require(order.firstMatch(of: /partial order: .* about ([0-9,]+) successors saved/))
        #expect(try number(steps.1) > 1000)
        #expect(try check("--json", "--reduction", "none").contains(#""saved": {}"#))
    }

    /// Of a part of the transitions nobody would know what it is a part of.
    @Test func whatCountsTransitionsIsPlain() throws {
        #expect(try states(try check("--cover")) == 39_938)
        let bench = try Program.run(["bench", "ptefree:W=3,F=2", "--runs", "1", "--no-limit", "--format", "json"])
        #expect(bench.out.contains("\"states\": 39938, "))
        let reduced = try Program.run(
            ["bench", "ptefree:W=3,F=2", "--runs", "1", "--no-limit", "--format", "json", "--reduction", "symmetry"])
        #expect(reduced.out.contains("\"states\": 5150, "))
    }

    /// A small model costs nothing more, and is told as it always was.
    @Test func aSmallSearchIsPlain() throws {
        let usual = try Program.run(["check", "-DW=2", "-DF=1", Self.ptefree]).out
        let plain = try Program.run(["check", "-DW=2", "-DF=1", "--reduction", "none", Self.ptefree]).out
        func withoutTime(_ text: String) -> String { text.replacing(/; [0-9.]+ m?s\n/, with: "\n") }
        #expect(withoutTime(usual) == withoutTime(plain))
    }

    @Test(arguments: [[], ["--keep-dead"], ["--store", "hash:64"], ["--depth", "20"], ["--states", "4500"], ["--threads", "1"]])
    func otherOptionsMeanWhatTheyMean(_ words: [String]) throws {
        func first(_ more: [String]) throws -> Substring {
            try Program.run(["check"] + words + more + ["-DW=3", "-DF=2", "-Dbug=true", Self.ptefree]).out.prefix { $0 != "\n" }
        }
        #expect(try first([]) == first(["--reduction", "none"]))
    }
}
