import Program
import Search
import Syntax
import Testing

@testable import Trace

/// Findings are told only if executing them again comes out the same.
@Suite struct ReplayTests {
    static let text = """
        #include <lockwalk.h>
        struct page { spinlock_t lock; u2 count; };
        OBJECTS(struct page, pages, 2);
        static struct page *table;
        static struct mutex mutex;
        INIT { table = alloc(pages); }
        THREAD(user, 1)
        {
                struct page *page = READ_ONCE(table);
                if (page)
                        page->count = 1;
        }
        THREAD(owner, 1)
        {
                struct page *page;
                mutex_lock(&mutex);
                page = xchg(&table, NULL);
                kfree(page);
                mutex_unlock(&mutex);
        }
        """

    struct Found {
        var model: Model
        var result: SearchResult
        var finding: Finding

        func replay(_ finding: Finding) throws -> Counterexample {
            try Replay(model: model, ranges: result.ranges, checks: SearchOptions.defaultChecks).counterexample(finding)
        }
    }

    static func found(_ text: String = Self.text) throws -> Found {
        var diagnostics = Diagnostics()
        let tree = parseModel(name: "m.c", bytes: Array(text.utf8), readFile: { _ in nil }, diagnostics: &diagnostics)
        let source = ModelSource(tree: tree, diagnostics: &diagnostics)
        let model = try #require(source.lower(configuration: [:], diagnostics: &diagnostics))
        let result = try search(model: model, options: SearchOptions())
        guard case .violated(let finding) = result.verdict else { throw InternalError("nothing was found") }
        return Found(model: model, result: result, finding: finding)
    }

    @Test func tellsObjectsLocksAndDeadVariables() throws {
        let found = try Self.found()
        let example = try found.replay(found.finding)
        #expect(example.verdict == found.finding.verdictText)
        #expect(example.steps.count == found.finding.moves.count)
        let freeing = try #require(example.steps.first { $0.text == "kfree(page)" })
        #expect(freeing.effects.contains(.freed(object: "pages[0]")))
        let owner = try #require(freeing.holdings.first { $0.thread == freeing.thread })
        let locking = try #require(example.steps.first { $0.text == "mutex_lock(&mutex)" })
        #expect(owner.locks == [.init(name: "mutex", isShared: false, since: locking.number)])
        #expect(example.locals.contains { $0.name == "page" && $0.value == nil }, "the owner's pointer is dead")
        #expect(example.steps.last?.result == nil, "a step that failed has no result")
    }

    @Test func namesValuesAndTellsSectionsAndConditions() throws {
        let found = try Self.found("""
            #include <lockwalk.h>
            enum state { IDLE, BUSY };
            struct entry { u2 table; bool huge; };
            static struct entry entry;
            static enum state state;
            THREAD(setter, 1) { WRITE_ONCE(state, BUSY); }
            THREAD(user, 1)
            {
                    struct entry seen;
                    rcu_read_lock();
                    seen = READ_ONCE(entry);
                    preempt_disable();
                    if (READ_ONCE(state) == BUSY)
                            ASSERT(kept, seen.huge);
                    preempt_enable();
                    rcu_read_unlock();
                    synchronize_rcu();
            }
            """)
        let example = try found.replay(found.finding)
        #expect(example.steps.first { $0.text == "READ_ONCE(entry)" }?.result == ".table = 0, .huge = false")
        #expect(example.steps.last?.result == "BUSY")
        #expect(example.failingText == "ASSERT(kept, seen.huge)")
        #expect(example.explanation == ["The condition is false: seen.huge = false."])
        let user = try #require(example.holdings.first { $0.thread == 1 })
        #expect(user.locks.map(\.name).sorted() == ["preemption off", "rcu_read_lock()"])
        #expect(user.locks.allSatisfy { $0.isSection && $0.since != nil })
    }

    @Test func tellsAPropertyThatIsFalseFromTheStart() throws {
        let found = try Self.found("""
            #include <lockwalk.h>
            static u3 count = 4;
            THREAD(t, 1) { WRITE_ONCE(count, 1); }
            INVARIANT(small)
            {
                    return count < 3;   /* it is not */
            }
            """)
        let example = try found.replay(found.finding)
        #expect(example.steps.isEmpty)
        #expect(example.source?.text == "INVARIANT(small) { return count < 3; }")
        #expect(example.explanation == ["It is false in the initial state: count = 4."])
    }

    @Test func refusesARunThatEndsOtherwise() throws {
        let found = try Self.found()
        var tampered = found.finding
        tampered.moves.removeLast()
        #expect(throws: InternalError.self) { try found.replay(tampered) }
    }

    @Test func refusesAStepThatCannotBeTaken() throws {
        let found = try Self.found()
        var tampered = found.finding
        tampered.moves[0].choice = 7
        #expect(throws: InternalError.self) { try found.replay(tampered) }
    }

    @Test func refusesADeadlockOfThreadsThatGoOn() throws {
        let found = try Self.found()
        var tampered = found.finding
        tampered.kind = .deadlock
        tampered.failure = nil
        tampered.moves = []
        tampered.stuck = [0, 1]
        #expect(throws: InternalError.self) { try found.replay(tampered) }
    }
}
