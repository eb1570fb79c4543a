import Program
import Search
import Testing

@testable import Trace

/// What the picture of a run does without: loads and stores that nothing comes of, and nothing else.
@Suite struct RelevantStepsTests {
    private func example(_ text: String) throws -> Counterexample {
        let found = try ReplayTests.found("#include <lockwalk.h>\n" + text)
        return try found.replay(found.finding)
    }

    /// The texts of the steps that are not shown.
    private func hidden(_ example: Counterexample) -> [String] { example.steps.filter { !$0.matters }.map(\.text) }

    @Test func aStoreThatNobodyReadsIsNotShown() throws {
        let example = try example(
            """
            static u3 x, statistics;
            THREAD(t, 1)
            {
                    WRITE_ONCE(statistics, 1);
                    WRITE_ONCE(x, 2);
                    skip();
                    ASSERT(one, x == 1);
            }
            """)
        #expect(hidden(example) == ["WRITE_ONCE(statistics, 1)"])
        let text = TextRendering(example).text()
        #expect(!text.contains("statistics"))
        #expect(text.contains("(not shown: step 1, which does not matter for this)"))
        #expect(example.explanation.contains { $0.contains("x = 2 is from step 2: t, m.c:") })
    }

    /// What a value was computed from, what a branch looked at, and what was cleared behind a reader's back.
    @Test func whatLeadsThereIsShown() throws {
        let example = try example(
            """
            struct page { u1 x; };
            OBJECTS(struct page, pages, 1);
            static struct page *table;
            static u3 a = 1, b, noise;
            INIT { table = alloc(pages); }
            THREAD(walker, 1)
            {
                    struct page *page = READ_ONCE(table);
                    u3 copy = READ_ONCE(a);
                    WRITE_ONCE(noise, 1);
                    WRITE_ONCE(b, copy);
                    if (page && READ_ONCE(b))
                            WRITE_ONCE(page->x, 1);
            }
            THREAD(zap, 1)
            {
                    struct page *page = READ_ONCE(table);
                    WRITE_ONCE(table, NULL);
                    WRITE_ONCE(noise, 2);
                    kfree(page);
            }
            """)
        #expect(hidden(example) == ["WRITE_ONCE(noise, 1)", "WRITE_ONCE(noise, 2)"])
    }

    /// A thread that has to come to its end before FINALLY is judged plays no part for that.
    @Test func threadsWithoutAPartAreNotShown() throws {
        let example = try example(
            """
            static u3 x, noise;
            THREAD(worker, 2) { WRITE_ONCE(x, READ_ONCE(x) + 1); }
            THREAD(idler, 1) { if (READ_ONCE(noise) == 0) WRITE_ONCE(noise, 1); }
            FINALLY(two) { return x == 2; }
            """)
        #expect(hidden(example) == ["READ_ONCE(noise)", "WRITE_ONCE(noise, 1)"])
        let text = TextRendering(example).text()
        #expect(text.contains("(no part in this: idler)") && !text.contains("CPU2"))
        #expect(example.explanation.first == "It is false when all threads have ended: x = 1.")
    }

    /// Nothing was written: who might have done so has gone another way, and where is shown.
    @Test func whatWasLeftUndoneIsShown() throws {
        let example = try example(
            """
            static bool done;
            static u3 order, noise;
            THREAD(worker, 1) { WRITE_ONCE(noise, 1); if (READ_ONCE(order) == 1) WRITE_ONCE(done, true); }
            THREAD(idler, 1) { WRITE_ONCE(noise, 2); }
            FINALLY(is_done) { return done; }
            """)
        #expect(hidden(example) == ["WRITE_ONCE(noise, 1)", "WRITE_ONCE(noise, 2)"])
        #expect(example.steps.filter(\.matters).map(\.text) == ["READ_ONCE(order)"])
    }

    /// Locks and their holders stay, whatever they protect.
    @Test func locksAreShown() throws {
        let example = try example(
            """
            static struct mutex a, b;
            static u3 noise;
            THREAD(forth, 1) { mutex_lock(&a); WRITE_ONCE(noise, 1); mutex_lock(&b); mutex_unlock(&b); mutex_unlock(&a); }
            THREAD(back, 1) { mutex_lock(&b); mutex_lock(&a); mutex_unlock(&a); mutex_unlock(&b); }
            """)
        #expect(example.kind == .deadlock)
        #expect(hidden(example) == ["WRITE_ONCE(noise, 1)"])
        #expect(example.pending.map(\.remark) == ["waits for b, held by back", "waits for a, held by forth"])
    }

    @Test func theStepOfASimulatedRunThatFailsIsAlwaysShown() throws {
        let model = try ReplayTests.model(ReplayTests.text)
        let outcome = try Simulation(model: model, checks: SearchOptions.defaultChecks).run(
            .init(seed: 5, runs: 200, depth: 1000))
        let finding = try #require(outcome.finding)
        let replay = Replay(
            model: model, ranges: outcome.ranges, checks: SearchOptions.defaultChecks, reducesRuns: false)
        #expect(try replay.counterexample(finding).steps.last?.matters == true)
    }
}
