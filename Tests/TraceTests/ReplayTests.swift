import Execution
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

    static func model(_ text: String) throws -> Model {
        var diagnostics = Diagnostics()
        let tree = parseModel(name: "m.c", bytes: Array(text.utf8), readFile: { _ in nil }, diagnostics: &diagnostics)
        let source = ModelSource(tree: tree, diagnostics: &diagnostics)
        return try #require(source.lower(configuration: [:], diagnostics: &diagnostics))
    }

    static func found(_ text: String = Self.text) throws -> Found {
        let model = try model(text)
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
        let found = try Self.found(
            """
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

    /// A struct and its first field have one address: a pointer to the one is not called after the other.
    @Test func callsPointersAfterWhatTheyPointTo() throws {
        let found = try Self.found("""
            #include <lockwalk.h>
            struct mm { struct rw_semaphore mmap_lock; u1 x; };
            struct page { struct mm mm; };
            OBJECTS(struct page, pages, 1);
            static struct mm mms[2];
            static struct page *page;
            INIT { page = alloc(pages); }
            THREAD(t, 1)
            {
                    struct mm *mm = &mms[1];
                    struct rw_semaphore *sem = &mms[1].mmap_lock;
                    struct page *p = READ_ONCE(page);
                    struct mm *inner = &p->mm;
                    struct rw_semaphore *lock = &p->mm.mmap_lock;
                    down_read(sem);
                    down_read(lock);
                    ASSERT(no, mm == inner || sem == lock || !p);
            }
            """)
        let locals = try found.replay(found.finding).locals
        func value(_ name: String) -> String? { locals.first { $0.name == name }?.value }
        #expect(value("mm") == "&mms[1]")
        #expect(value("sem") == "&mms[1].mmap_lock")
        #expect(value("p") == "pages[0]")
        #expect(value("inner") == "&pages[0].mm")
        #expect(value("lock") == "&pages[0].mm.mmap_lock")
    }

    @Test func tellsAPropertyThatIsFalseFromTheStart() throws {
        let found = try Self.found(
            """
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

    @Test func tellsAnInversionAsLockdepDoes() throws {
        let text = """
            #include <lockwalk.h>
            static spinlock_t a, b;
            static bool done;
            THREAD(first, 1)
            {
                    spin_lock(&a);
                    spin_lock(&b);
                    spin_unlock(&b);
                    spin_unlock(&a);
                    WRITE_ONCE(done, true);
            }
            THREAD(later, 1)
            {
                    wait_until(done);
                    spin_lock(&b);
                    spin_lock(&a);
                    spin_unlock(&a);
                    spin_unlock(&b);
            }
            """
        let model = try Self.model(text)
        let result = try search(model: model, options: SearchOptions())
        let warning = try #require(result.warnings.first { $0.kind == .lockOrder })
        let example = try Replay(model: model, ranges: result.ranges, checks: SearchOptions.defaultChecks)
            .counterexample(warning)
        #expect(
            example.explanation.first == "first takes b at m.c:7 (step 2) while it holds a, taken at m.c:6 (step 1).")
        let other = try #require(example.companion.first)
        #expect(other.explanation == ["later takes a at m.c:16 (step 8) while it holds b, taken at m.c:15 (step 7)."])
    }

    /// Whatever a file says, the walk follows it or says where they part, and takes no step that there is not.
    @Test func survivesAnyTrace() throws {
        let found = try Self.found()
        var walk = try Walk(model: found.model, checks: SearchOptions.defaultChecks)
        for move in found.finding.moves {
            let isTaken = walk.take(move)
            #expect(isTaken)
        }
        let moves = walk.saved()
        let seed = UInt64.random(in: 1...UInt64.max)
        var numbers = RandomNumbers(seed: seed, run: 1)
        for _ in 0..<300 {
            var damaged = moves
            for _ in 0..<1 + numbers.below(3) {
                let place = numbers.below(damaged.count)
                switch numbers.below(6) {
                case 0: damaged[place].thread = ["user", "owner", "nobody", ""][numbers.below(4)]
                case 1: damaged[place].choice = [0, 1, 7, Int.max][numbers.below(4)]
                case 2: damaged[place].text = ""
                case 3: damaged.swapAt(place, numbers.below(damaged.count))
                case 4: damaged.insert(damaged[place], at: numbers.below(damaged.count))
                default: damaged.remove(at: place)
                }
                if damaged.isEmpty { break }
            }
            let trace = SavedTrace(model: "m.c", files: [], configuration: [], verdict: nil, initial: 0, moves: damaged)
            var other = try Walk(model: found.model, checks: SearchOptions.defaultChecks)
            let (divergence, _) = other.follow(trace.moves)
            #expect(other.records.count == (divergence.map { $0.step - 1 } ?? damaged.count), "seed \(seed)")
            for (record, move) in zip(other.records, damaged) {
                #expect(found.model.threads[Int(record.move.thread)].name == move.thread, "seed \(seed)")
            }
        }
    }

    /// What a search found by a way that is not the shortest is cut down, and the text says by how much.
    @Test func leavesOutWhatDoesNotMatterForTheEnd() throws {
        let found = try Self.found(
            """
            #include <lockwalk.h>
            static u3 x;
            static u1 noise;
            THREAD(busy, 1) { for (;;) WRITE_ONCE(noise, !READ_ONCE(noise)); }
            THREAD(t, 1) { WRITE_ONCE(x, 1); u3 seen = READ_ONCE(x); ASSERT(never, seen == 0); }
            """)
        #expect(try found.replay(found.finding).steps.count == 2)
        var longer = found.finding
        longer.moves = [0, 0, 1, 0, 0, 0, 1].map { Move(thread: $0, choice: 0) }
        longer.failure?.move = longer.moves[6]
        longer.isShortest = false
        let example = try found.replay(longer)
        #expect(example.steps.map(\.thread) == [1, 1])
        #expect(example.stepsLeftOut == 5)
        #expect(example.idleThreads == ["busy"])
        longer.isShortest = true
        #expect(try found.replay(longer).steps.count == 7)
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
