import Foundation
import Testing

/// `check --json`: the whole document, as programs rely on it.
@Suite struct JSONDocumentTests {
    private func check(_ words: String..., model: String) throws -> Answer {
        let scratch = try Scratch()
        try scratch.write("m.c", model)
        return try Program.run(["check", "--json"] + words + ["m.c"], in: scratch.url)
    }

    /// Times and sizes of tables are no part of it.
    private func stable(_ text: String) -> String {
        text.replacing(#/"seconds": [-0-9.e]+/#, with: "\"seconds\": 0")
            .replacing(#/"bytes_per_state": [-0-9.e]+/#, with: "\"bytes_per_state\": 0")
    }

    @Test func ofAViolation() throws {
        let answer = try check("-Drule=FREE_AT_ONCE", model: Models.zap)
        #expect(answer.code == 1)
        expectGolden(stable(answer.out), "check-violated.json")
    }

    @Test func ofADeadlock() throws {
        let answer = try check("--no-check", "data-race", model: Models.deadlock)
        #expect(answer.code == 1)
        expectGolden(stable(answer.out), "check-deadlock.json")
    }

    @Test func ofWhatHolds() throws {
        let answer = try check(model: Models.zap)
        #expect(answer.code == 0)
        expectGolden(stable(answer.out), "check-holds.json")
    }

    /// The same with a parser that is not ours, and every name in it is one of the grammar.
    @Test func isJSONAndKeepsToTheGrammar() throws {
        let grammar = try Program.run(["help", "json"])
        #expect(grammar.code == 0)
        #expect(grammar.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let known = Set(grammar.out.matches(of: #/"([a-z_0-9]+)": */#).map { String($0.1) })
        for model in [Models.zap, Models.deadlock] {
            let answer = try check(model: model)
            let document = try JSONSerialization.jsonObject(with: Data(answer.out.utf8))
            var names: Set<String> = []
            collect(document, into: &names)
            #expect(names.subtracting(known).isEmpty)
        }
    }

    private func collect(_ value: Any, into names: inout Set<String>) {
        if let object = value as? [String: Any] {
            for (name, member) in object {
                names.insert(name)
                // A CONFIG's name is the model's.
                if name != "configuration" { collect(member, into: &names) }
            }
        } else if let list = value as? [Any] {
            for element in list { collect(element, into: &names) }
        }
    }

    @Test func traceWritesTheSameBesideTheText() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.deadlock)
        let answer = try Program.run(["check", "--trace", "t.json", "m.c"], in: scratch.url)
        #expect(answer.code == 1)
        #expect(answer.out.hasPrefix("violated: DEADLOCK in m.c\n"))
        let file = try String(contentsOf: scratch.url.appendingPathComponent("t.json"), encoding: .utf8)
        #expect(stable(file) == stable(try Program.run(["check", "--json", "m.c"], in: scratch.url).out))
    }

    @Test func aTraceThatCannotBeWrittenIsTold() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.deadlock)
        let answer = try Program.run(["check", "--trace", "no/such/t.json", "m.c"], in: scratch.url)
        #expect(answer.code == 2)
        #expect(answer.errors == "lockwalk: cannot write 'no/such/t.json': there is no directory 'no/such/'\n")
    }
}

@Suite struct CoverageTests {
    static let model = """
        #include <lockwalk.h>
        static u3 x;
        static bool never;
        static struct mutex m;
        THREAD(t, 2)
        {
                mutex_lock(&m);
                WRITE_ONCE(x, 1);
                if (READ_ONCE(never))
                        WRITE_ONCE(x, 2);
                mutex_unlock(&m);
        }
        THREAD(lonely, 1)
        {
                static struct mutex own;
                mutex_lock(&own);
                mutex_unlock(&own);
        }
        INVARIANT(or) { return !never || x == 2; }
        INVARIANT(if_) { if (never) return x == 2; return true; }
        INVARIANT(met) { return x != 1 || !never; }
        INVARIANT(small) { return x < 3; }
        FINALLY(at_end) { return never ? x == 3 : true; }

        """

    private func check(_ words: String...) throws -> String {
        let scratch = try Scratch()
        try scratch.write("m.c", Self.model)
        let answer = try Program.run(["check"] + words + ["m.c"], in: scratch.url)
        #expect(answer.code == 0)
        return answer.out.replacing(/; [0-9.]+ m?s\n/, with: "; TIME\n")
    }

    /// An invariant whose premise is never met is told; one whose premise is met is not.
    @Test func tellsWhatWasNeverJudged() throws {
        expectGolden(try check(), "coverage.txt")
    }

    @Test func marksTheLines() throws {
        expectGolden(try check("--cover"), "cover.txt")
    }

    /// Every transition is a step of some line, whoever takes it and however many threads there are.
    @Test(arguments: [["--native", "off"], ["--native", "always", "--no-cache"], ["--threads", "1"]])
    func countsEveryTransition(words: [String]) throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Self.model)
        let answer = try Program.run(["check", "--cover", "--json"] + words + ["m.c"], in: scratch.url)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [String: Any])
        let lines = try #require(document["lines"] as? [[String: Any]])
        let counts = lines.compactMap { $0["transitions"] as? Int }
        let statistics = try #require(document["statistics"] as? [String: Any])
        #expect(counts.reduce(0, +) == statistics["transitions"] as? Int)
        #expect(try #require(counts.max()) > 1)
        #expect(lines.contains { $0["reached"] as? String == "no" })
        for line in lines where line["reached"] as? String == "no" { #expect(line["transitions"] as? Int ?? 0 == 0) }
    }

    /// The marks of the premises may change neither verdict nor counts, nor what machine code does.
    @Test func staysTheSameWithMachineCode() throws {
        #expect(try check("--native", "always", "--no-cache") == check())
    }
}

@Suite struct ColorOptionTests {
    @Test func coloursOnlyWhereAsked() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.deadlock)
        let plain = try Program.run(["check", "m.c"], in: scratch.url).out
        #expect(!plain.contains("\u{1B}"))
        let painted = try Program.run(["check", "--color=always", "m.c"], in: scratch.url).out
        #expect(painted.contains("\u{1B}[1;31m"))
    }
}
