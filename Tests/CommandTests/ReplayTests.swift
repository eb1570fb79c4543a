import Foundation
import Testing

/// `lockwalk replay`, printed and by keys.
@Suite struct ReplayCommandTests {
    /// A folder with a model and a trace of it.
    private func scratch(_ model: String, _ words: String...) throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write("m.c", model)
        let answer = try Program.run(["check", "-q", "--trace", "t.json"] + words + ["m.c"], in: scratch.url)
        #expect(answer.code == 1)
        return scratch
    }

    private func replay(_ words: String..., in scratch: Scratch) throws -> Answer {
        try Program.run(["replay"] + words, in: scratch.url)
    }

    @Test func printsTheRunAgain() throws {
        let scratch = try scratch(Models.zap, "-Drule=FREE_AT_ONCE")
        let answer = try replay("t.json", in: scratch)
        #expect(answer.code == 1)
        expectGolden(answer.out, "replay.txt")
        #expect(try replay("--print", "t.json", "m.c", in: scratch).out == answer.out)
    }

    @Test func findsTheDeadlockAgain() throws {
        let answer = try replay("t.json", in: scratch(Models.deadlock))
        #expect(answer.code == 1)
        #expect(answer.out.hasSuffix("The run ends as the trace says: DEADLOCK.\n"))
    }

    /// It takes two runs to show, and both are replayed.
    @Test func replaysBothRunsOfAnInversion() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.inversion)
        let checked = try Program.run(["check", "--trace", "t.json", "m.c"], in: scratch.url).out
        let answer = try replay("t.json", in: scratch)
        #expect(answer.code == 1)
        #expect(answer.out.hasSuffix("The run ends as the trace says: LOCK_ORDER(a).\n"))
        let runs = try #require(answer.out.firstRange(of: "\n\nThe run ends"))
        #expect(checked.contains(answer.out[..<runs.lowerBound].dropFirst("replay of m.c\n\n".count)))
        try scratch.write("again.json", try replay("--json", "t.json", in: scratch).out)
        #expect(try replay("again.json", in: scratch).out == answer.out)
        // Nothing of the first run has changed.
        try scratch.write("m.c", Models.inversion
                .replacingOccurrences(of: "spin_lock(&b); spin_lock(&a)", with: "spin_lock(&a); spin_lock(&b)"))
        let changed = try replay("t.json", in: scratch)
        #expect(changed.code == 3)
        let text = changed.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("The model parts from the trace at step 7 of its second run: backward is at"))
    }

    @Test func findsTheLeakAgain() throws {
        let model = "#include <lockwalk.h>\nstruct page { u1 x; };\nOBJECTS(struct page, pages, 1);\nCHECK(LEAK);\n"
            + "THREAD(t, 1) { struct page *n = alloc(pages); skip(); }\n"
        let answer = try replay("t.json", in: scratch(model))
        #expect(answer.code == 1)
        #expect(answer.out.hasSuffix("The run ends as the trace says: LEAK(pages).\n"))
    }

    @Test func printsAStateAndWhoWaits() throws {
        let scratch = try scratch(Models.zap, "-Drule=FREE_AT_ONCE")
        expectGolden(try replay("--state", "6", "t.json", in: scratch).out, "replay-state.txt")
        let deadlock = try replay("--state=2", "t.json", in: self.scratch(Models.deadlock)).out
        #expect(deadlock.contains("WAITS 3: mutex_lock(&b) waits for back, which holds b since step 2 (m.c:4)"))
        let wrong = try replay("--state", "8", "t.json", in: scratch)
        #expect(wrong.code == 2)
        #expect(wrong.errors.contains("'8' is no value for --state; write 0 to 7"))
    }

    @Test func whatItWritesItReads() throws {
        let scratch = try scratch(Models.zap, "-Drule=FREE_AT_ONCE")
        try scratch.write("again.json", try replay("--json", "t.json", in: scratch).out)
        #expect(try replay("again.json", in: scratch).out == replay("t.json", in: scratch).out)
    }

    /// Counters that outgrow the layout which a walk begins with.
    @Test func widensAsTheSearchDoes() throws {
        let answer = try replay(
            "t.json",
            in: scratch(
                """
                #include <lockwalk.h>
                static int n;
                THREAD(t, 1) { while (n < 300) ATOMIC { n = n + 100; } ASSERT(small, n < 300); }

                """))
        #expect(answer.code == 1)
        #expect(answer.out.contains("[n = 300]"))
        #expect(answer.out.hasSuffix("The run ends as the trace says: ASSERTION(small).\n"))
    }

    @Test(arguments: [
        ("kfree(pt);", "skip();", "step 6: zap is at skip() (m.c:41); the trace has kfree(pt)"),
        ("THREAD(zap, 1)", "THREAD(zapper, 1)", "step 3: the model has no thread zap"),
        ("if (pt) {", "if (!pt) {", "step 7: walker is at rcu_read_unlock()"),
        ("rcu_read_lock();", "spin_lock(&mm.page_table_lock); rcu_read_lock();", "step 1: walker is at spin_lock("),
    ]) func aChangedModelIsFollowedUntilItPartsFromTheTrace(old: String, new: String, says: String) throws {
        let scratch = try scratch(Models.zap, "-Drule=FREE_AT_ONCE")
        try scratch.write("m.c", Models.zap.replacingOccurrences(of: old, with: new))
        let answer = try replay("t.json", in: scratch)
        #expect(answer.code == 3)
        let text = answer.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("m.c changed since the trace was written."))
        #expect(text.contains("The model parts from the trace at " + says), "it says: \(answer.out)")
    }

    /// Another lock in front: the trace's next step can no longer be taken, and the reason is told.
    @Test func aThreadThatMustWaitIsToldWithTheReason() throws {
        let model = """
            #include <lockwalk.h>
            static struct mutex m;
            static u3 x;
            THREAD(a, 1) { LOCK; WRITE_ONCE(x, 1); WRITE_ONCE(x, 0); UNLOCK; }
            THREAD(b, 1) { LOCK; ASSERT(zero, READ_ONCE(x) == 0); UNLOCK; }

            """
        let unlocked = model.replacingOccurrences(of: "UNLOCK;", with: "skip();")
            .replacingOccurrences(of: "LOCK;", with: "skip();")
        let locked = model.replacingOccurrences(of: "UNLOCK;", with: "mutex_unlock(&m);")
            .replacingOccurrences(of: "LOCK;", with: "mutex_lock(&m);")
        let scratch = try scratch(unlocked)
        // The same statements as far as the trace compares them, by the thread's name for the step.
        let trace = try String(contentsOf: scratch.url.appendingPathComponent("t.json"), encoding: .utf8)
        try scratch.write("t.json", trace.replacingOccurrences(of: "skip()", with: "mutex_lock(&m)"))
        try scratch.write("m.c", locked)
        let answer = try replay("t.json", in: scratch)
        #expect(answer.code == 3)
        let text = answer.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("must wait: mutex_lock(&m) waits for"), "it says: \(answer.out)")
        #expect(text.contains("which holds m since step"))
    }

    @Test(arguments: [
        ("", "'t.json' is no JSON: line 1: it ends too early"),
        ("{}", "'t.json' is no trace of lockwalk"), ("{\"format\": \"lockwalk\", \"version\": 99}", "another version"),
        ("{\"format\": \"lockwalk\", \"version\": 1, \"finding\": null}", "has no run"),
        (
            "{\"format\": \"lockwalk\", \"version\": 1, \"finding\": {\"runs\": [{\"steps\": [{}]}]}}",
            "lacks the model's name"
        ),
        (
            """
            {"format": "lockwalk", "version": 1, "model": {"name": "m.c"},
             "finding": {"runs": [{"steps": [{"thread": "t", "choice": -1}]}]}}
            """, "lacks the thread or the choice of step 1"
        ),
        (
            """
            {"format": "lockwalk", "version": 1, "model": {"name": "gone.c"}, "finding": {"runs": [{"steps": []}]}}
            """, "which is not there; give the model's path: lockwalk replay t.json MODEL"
        ),
        (
            """
            {"format": "lockwalk", "version": 1, "model": {"name": "m.c"},
             "finding": {"runs": [{"initial": 7, "steps": []}]}}
            """, "the trace begins in initial state 8, but the model has 1 of them"
        ),
    ]) func refusesWhatIsNoTrace(text: String, says: String) throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.zap)
        try scratch.write("t.json", text)
        let answer = try replay("t.json", in: scratch)
        #expect(answer.code == 2)
        #expect(answer.out.isEmpty)
        #expect(answer.errors.hasPrefix("lockwalk: "))
        #expect(answer.errors.contains(says), "it says: \(answer.errors)")
    }

    // MARK: Keys

    private func terminal(_ scratch: Scratch, width: Int = 80, height: Int = 24) throws -> Terminal {
        try Terminal(
            ["replay", "t.json"], in: scratch, width: width, height: height, environment: ["NO_COLOR": "1"])
    }

    @Test func walksForwardAndBackAndLeavesTheTerminalAsItWas() throws {
        let terminal = try terminal(try scratch(Models.zap, "-Drule=FREE_AT_ONCE"))
        #expect(terminal.wait(for: "q quit"))
        #expect(terminal.shown.contains("step 0 of 7"))
        #expect(!terminal.isRestored)
        terminal.press("n")
        #expect(terminal.wait(for: "step 1 of 7"))
        terminal.press("\u{1B}[C")
        #expect(terminal.wait(for: "> ") && terminal.shown.contains("step 2 of 7"))
        terminal.press("6\r")
        #expect(terminal.wait(for: "* ptpages[0] = free   (was live)"))
        terminal.press("p")
        #expect(terminal.wait(for: "step 5 of 7"))
        terminal.press("G")
        #expect(terminal.wait(for: "! USE_AFTER_FREE(ptpages)"))
        terminal.press("q")
        #expect(terminal.wait(for: "\u{1B}[?1049l"))
        #expect(terminal.end() == 0)
        #expect(terminal.isRestored)
        #expect(!terminal.shown.contains("\u{1B}[1m"))
    }

    @Test func leavesTheTraceByHandAndSavesTheRun() throws {
        let scratch = try scratch(Models.deadlock)
        let terminal = try terminal(scratch)
        #expect(terminal.wait(for: "q quit"))
        terminal.press("n")
        #expect(terminal.wait(for: "step 1 of 2"))
        terminal.press("b")
        #expect(terminal.wait(for: "1  forth: mutex_lock(&b)"))
        terminal.press("1")
        #expect(terminal.wait(for: "off the trace"))
        terminal.press("n")
        #expect(terminal.wait(for: "b goes on with another step"))
        terminal.press("w")
        #expect(terminal.wait(for: "save as: t-branch.json_"))
        terminal.press("\r")
        #expect(terminal.wait(for: "Saved as t-branch.json"))
        terminal.press("r")
        #expect(terminal.wait(for: "Back on the run of the trace."))
        terminal.press("\u{3}")
        #expect(terminal.end() == 0)
        let answer = try replay("t-branch.json", in: scratch)
        #expect(answer.code == 0)
        #expect(answer.out.hasSuffix("The run can be executed; nothing is wrong at its end.\n"))
    }

    @Test func tellsWhyAThreadCannotGoOn() throws {
        let terminal = try terminal(try scratch(Models.deadlock), width: 100)
        #expect(terminal.wait(for: "q quit"))
        terminal.press("G")
        #expect(terminal.wait(for: "waits for back, which holds b since step 2 (m.c:4)"))
        terminal.press("q")
        #expect(terminal.end() == 0)
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT]) func aSignalLeavesTheTerminalAsItWas(number: Int32) throws {
        let terminal = try terminal(try scratch(Models.deadlock))
        #expect(terminal.wait(for: "q quit"))
        terminal.signal(number)
        #expect(terminal.wait(for: "\u{1B}[?1049l"))
        #expect(terminal.end() == -number)
        #expect(terminal.isRestored)
    }

    /// No size of the window and no key stops it.
    @Test(arguments: [(1, 1), (10, 5), (20, 8), (300, 100)]) func fitsAnyWindow(width: Int, height: Int) throws {
        let terminal = try terminal(try scratch(Models.zap, "-Drule=FREE_AT_ONCE"), width: width, height: height)
        #expect(terminal.wait(for: "\u{1B}[J"))
        for keys in [
            "n", "b", "99\r", "\u{1B}", "\u{1B}[5~", "\u{1B}[999;1X", "é\u{0}\u{7F}", "12345678901\r", "b1b1b1",
            "xyz?",
        ] {
            terminal.press(keys)
            #expect(terminal.wait(for: "\u{1B}[J"))
        }
        terminal.press("\u{3}")
        #expect(terminal.end() == 0)
    }
}
