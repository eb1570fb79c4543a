import Foundation
import Testing

/// `lockwalk simulate`: real errors, the same for the same seed, and no claim beyond that.
@Suite struct SimulateTests {
    private func simulate(_ words: String..., model: String) throws -> Answer {
        let scratch = try Scratch()
        try scratch.write("m.c", model)
        var answer = try Program.run(["simulate"] + words + ["m.c"], in: scratch.url)
        answer.out = answer.out.replacing(/; [0-9.]+ m?s\n/, with: "; TIME\n")
        return answer
    }

    @Test func findsAndTellsARun() throws {
        let answer = try simulate("--seed", "7", "-Drule=FREE_AT_ONCE", model: Models.zap)
        #expect(answer.code == 1)
        expectGolden(answer.out, "simulate.txt")
        #expect(try simulate("--seed", "7", "-Drule=FREE_AT_ONCE", model: Models.zap).out == answer.out)
    }

    @Test func nothingFoundIsNoProof() throws {
        let answer = try simulate("--runs", "50", model: Models.zap)
        #expect(answer.code == 3)
        #expect(answer.out.hasPrefix("nothing found, and nothing proven: random runs of m.c (rule=FREE_AFTER_GP)\n"))
        #expect(answer.out.contains("50 runs of seed 1"))
    }

    /// Each ends in its own way; the run that is told has been executed again.
    @Test(arguments: [
        ("DEADLOCK", Models.deadlock),
        (
            "VIOLATED(small)",
            "#include <lockwalk.h>\nstatic u3 x;\nTHREAD(t, 3) { ATOMIC { x++; } }\n"
                + "INVARIANT(small) { return x < 3; }\n"
        ),
        (
            "VIOLATED(at_end)",
            "#include <lockwalk.h>\nstatic u3 x;\nTHREAD(t, 2) { x++; }\nFINALLY(at_end) { return x == 2; }\n"
        ),
        ("OVERFLOW(x)", "#include <lockwalk.h>\nstatic u1 x;\nTHREAD(t, 2) { ATOMIC { x++; } }\n"),
        ("NULL_DEREF", "#include <lockwalk.h>\nstatic struct s { u1 x; } *p;\nTHREAD(t, 1) { WRITE_ONCE(p->x, 1); }\n"),
        (
            "ASSERTION(wide)",
            "#include <lockwalk.h>\nstatic int n;\n"
                + "THREAD(t, 1) { while (n < 300) ATOMIC { n = n + 100; } ASSERT(wide, n < 300); }\n"
        ),
    ]) func findsWhatTheSearchFinds(verdict: String, model: String) throws {
        let answer = try simulate(model: model)
        #expect(answer.code == 1)
        #expect(answer.out.hasPrefix("violated: \(verdict) in m.c\n"), "\(answer.out)")
    }

    @Test func warnsOfRacesUnlessTheyAreErrors() throws {
        let model = "#include <lockwalk.h>\nstatic u3 x;\nTHREAD(t, 2) { x = 1; }\n"
        let warned = try simulate("--runs", "10", model: model)
        #expect(warned.code == 3)
        #expect(warned.out.hasPrefix("nothing found, and nothing proven"))
        #expect(warned.out.contains("warning: DATA_RACE(x) (under sequential consistency)"))
        #expect(try !simulate("--runs", "10", "--no-check", "data-race", model: model).out.contains("DATA_RACE(x)"))
        let answer = try simulate("--error", "data-race", model: model)
        #expect(answer.code == 1)
        #expect(answer.out.contains("about to make a plain write of x"))
    }

    /// The two halves of it are never in one run.
    @Test func findsInversionsOfTheLockOrderAcrossRuns() throws {
        let warned = try simulate("--runs", "40", model: Models.inversion)
        #expect(warned.code == 3)
        #expect(warned.out.contains("warning: LOCK_ORDER(a)") && warned.out.contains("the other run:"))
        #expect(warned.out.contains("backward takes a at m.c:5 (step 8) while it holds b, taken at m.c:5 (step 7)."))
        let answer = try simulate("--runs", "40", "--error", "lock-order", model: Models.inversion)
        #expect(answer.code == 1)
        #expect(answer.out.hasPrefix("violated: LOCK_ORDER(a) in m.c\n"))
    }

    @Test func findsLeaksWhereAsked() throws {
        let model = """
            #include <lockwalk.h>
            struct page { u1 x; };
            OBJECTS(struct page, pages, 1);
            static struct page *p;
            THREAD(t, 1) { struct page *n = alloc(pages); if (maybe()) WRITE_ONCE(p, n); }

            """
        #expect(try simulate("--runs", "20", model: model).code == 3)
        let answer = try simulate("--check", "leak", "--runs", "20", model: model)
        #expect(answer.code == 1)
        #expect(answer.out.contains("pages[0] is still allocated at the end, and no pointer leads to it."))
    }

    /// A thread that does nothing but spin, and one that has no part in it, are not in the picture.
    @Test func leavesOutWhatDoesNotMatter() throws {
        let model = """
            #include <lockwalk.h>
            static u3 x;
            static u7 noise;
            THREAD(busy, 1) { for (;;) WRITE_ONCE(noise, (READ_ONCE(noise) + 1) & 127); }
            THREAD(t, 2) { x++; }
            THREAD(judge, 1) { wait_until(ended(t, 0) && ended(t, 1)); ASSERT(two, READ_ONCE(x) == 2); }

            """
        let answer = try simulate(
            "--seed", "3",
            model: model.replacingOccurrences(
                of: "wait_until(ended(t, 0) && ended(t, 1))", with: "wait_until(x)"))
        #expect(answer.code == 1)
        #expect(answer.out.contains("do not matter for this left out)"), "\(answer.out)")
        #expect(!answer.out.contains("CPU0: busy"))
    }

    @Test func whatItWritesCanBeReplayed() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.deadlock)
        #expect(try Program.run(["simulate", "--trace", "t.json", "m.c"], in: scratch.url).code == 1)
        let answer = try Program.run(["replay", "t.json"], in: scratch.url)
        #expect(answer.code == 1)
        #expect(answer.out.hasSuffix("The run ends as the trace says: DEADLOCK.\n"))
    }

    @Test func aRunThatNeverEndsIsCut() throws {
        let answer = try simulate("--depth", "20", "--runs", "3", model: Models.long)
        #expect(answer.code == 3)
        #expect(answer.out.contains("3 runs ended after 20 steps (--depth)"))
    }

    /// The judge of walks is not that of the search. Where the search says that a model holds no random run finds
    /// anything, and every run that the search shows ends as it says when it is replayed.
    @Test func agreesWithTheSearch() throws {
        let answer = try Program.run(["test", "--format", "json", "Tests/Models/checks"], in: ReadmeTests.root)
        let object = try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [String: Any]
        let models = try #require(object?["models"] as? [[String: Any]])
        let scratch = try Scratch()
        let trace = scratch.url.appendingPathComponent("t.json").path
        var counts = (holds: 0, replays: 0)
        for row in models.flatMap({ $0["rows"] as? [[String: Any]] ?? [] }) where row["status"] as? String == "passed" {
            let words = (row["command"] as? String ?? "").split(separator: " ").dropFirst(2).map(String.init)
            if row["reason"] as? String == "HOLDS" {
                counts.holds += 1
                let answer = try Program.run(
                    ["simulate", "--runs", "40", "--depth", "200"] + words, in: ReadmeTests.root)
                #expect(answer.code == 3, "\(words): \(answer.out)")
            } else {
                counts.replays += 1
                _ = try Program.run(["check", "-q", "--trace", trace] + words, in: ReadmeTests.root)
                let answer = try Program.run(["replay", trace], in: ReadmeTests.root)
                #expect(answer.code != 3 && answer.out.contains("he trace says"), "\(words): \(answer.out)")
            }
        }
        #expect(counts.holds >= 30 && counts.replays >= 30)
    }
}
