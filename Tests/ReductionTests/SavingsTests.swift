import Execution
import Program
@testable import Search
import Testing

/// What a search says that its reductions saved, against searches that leave nothing out.
@Suite struct SavingsTests {
    private static let walkers = """
        #include <lockwalk.h>
        struct page { spinlock_t ptl; u2 count; };
        OBJECTS(struct page, pages, 2);
        static struct page *slot;
        static u3 private_to[3];
        INIT { slot = alloc(pages); }
        THREAD(walker, 3)
        {
                WRITE_ONCE(private_to[self], 1);
                struct page *p = READ_ONCE(slot);
                WRITE_ONCE(private_to[self], 2);
                if (!p) return;
                spin_lock(&p->ptl);
                WRITE_ONCE(p->count, (READ_ONCE(p->count) + 1) & 3);
                spin_unlock(&p->ptl);
                WRITE_ONCE(private_to[self], 3);
                WRITE_ONCE(private_to[self], 4);
        }
        THREAD(other, 1) { skip(); WRITE_ONCE(slot, alloc(pages)); skip(); }

        """

    private func options(_ reduction: ReductionChoice) -> SearchOptions {
        var options = SearchOptions(native: .off, cachesNative: false, threads: 1)
        options.reduction = reduction
        options.reductionFrom = 1
        options.givesUpReduction = false
        options.savingsShift = 0
        return options
    }

    /// With every state in the sample, what symmetry left out and what it stored are the plain search.
    @Test(arguments: [
        walkers,
        "static spinlock_t l; static u2 x; THREAD(user, 4) { spin_lock(&l); x = 1; spin_unlock(&l); skip(); }",
        "static u1 a[3]; THREAD(user, 3) { WRITE_ONCE(a[self], 1); READ_ONCE(a[self]); skip(); }",
        "struct page { u1 x; }; OBJECTS(struct page, pages, 4); static struct page *slot; THREAD(user, 2) {"
            + " struct page *p = alloc(pages); struct page *q = alloc(pages); WRITE_ONCE(q->x, 1); kfree(p); kfree(q); }",
        "static struct rw_semaphore s; static u1 x; THREAD(reader, 3) { down_read(&s); READ_ONCE(x); up_read(&s); }"
            + " THREAD(writer, 2) { down_write(&s); WRITE_ONCE(x, 1); up_write(&s); }",
    ])
    func symmetryAccountsForEveryStateOfThePlainSearch(_ text: String) throws {
        let model = try #require(ModelFiles.model(text: text.hasPrefix("#") ? text : "#include <lockwalk.h>\n" + text))
        let plain = try search(model: model, options: options(.none)).statistics
        let reduced = try search(model: model, options: options(.symmetry)).statistics
        let savings = reduced.reduction.savings
        #expect(reduced.states < plain.states)
        #expect(Double(reduced.states) + savings.statesAlike == Double(plain.states))
        #expect(Double(reduced.transitions) + savings.successorsAlike == Double(plain.transitions))
        #expect(savings.stepsOfOthers == 0)
    }

    /// The steps left out, counted once more: state by state, by another search that takes the same threads.
    @Test func partialOrderAccountsForEveryStepNotTaken() throws {
        let model = try #require(ModelFiles.model(text: Self.walkers))
        var options = options(.partialOrder)
        options.followsChains = false
        let reduced = try search(model: model, options: options)
        let analyses = Analyses(model: model, options: options)
        let layout = analyses.layout(reduced.ranges)
        let reduction = try #require(
            PartialOrder(model: model, layout: layout, access: analyses.access, checks: options.enabled))
        let interpreter = Interpreter(model: model, layout: layout)
        let places = reduction.tables.makePlaces()
        var expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        var seen = Set(interpreter.initialStates().states)
        var work = Array(seen)
        var taken = 0
        var leftOut = 0
        while let state = work.popLast() {
            interpreter.expand(state, into: &expansion)
            let mask = state.withUnsafeBufferPointer { reduction.tables.threadsToTake($0.baseAddress!, places) }
            let moves = (0..<expansion.count).filter { mask >> UInt64(expansion.moves[$0].thread) & 1 != 0 }
            let kept = moves.isEmpty ? Array(0..<expansion.count) : moves
            taken += kept.count
            leftOut += expansion.count - kept.count
            for number in kept {
                let start = expansion.words + number * layout.wordCount
                let next = Array(UnsafeBufferPointer(start: start, count: layout.wordCount))
                if seen.insert(next).inserted { work.append(next) }
            }
        }
        #expect(reduced.statistics.states == seen.count)
        #expect(reduced.statistics.transitions == taken)
        #expect(leftOut > 0)
        #expect(reduced.statistics.reduction.savings.stepsOfOthers == Double(leftOut))
        #expect(reduced.statistics.reduction.savings.statesAlike == 0)
        // Of states gone through the same is said as of states stored.
        options.followsChains = true
        #expect(try search(model: model, options: options).statistics.reduction.savings.stepsOfOthers > 0)
    }

    /// A sample tells about as much as all states do; and the same, whoever takes it.
    @Test func aSampleTellsAboutTheSame() throws {
        let variant = Variant(file: "Benchmarks/models/tables.c", configuration: ["W": 2, "F": 1, "P": 2])
        let model = try #require(ModelFiles.model(variant))
        var options = options(.all)
        let all = try search(model: model, options: options).statistics.reduction.savings
        options.savingsShift = 3
        let sample = try search(model: model, options: options).statistics.reduction.savings
        for (one, other) in [
            (sample.stepsOfOthers, all.stepsOfOthers), (sample.statesAlike, all.statesAlike),
            (sample.successorsAlike, all.successorsAlike),
        ] {
            #expect(other > 0)
            #expect(abs(one - other) < 0.3 * other, "\(one) of \(other)")
        }
        options.sharedLevelMin = 1
        options.unitRecords = 3
        options.native = .always
        for threads in [1, 3] {
            options.threads = threads
            let other = try search(model: model, options: options).statistics.reduction.savings
            #expect(other.stepsOfOthers == sample.stepsOfOthers)
            #expect(other.statesAlike == sample.statesAlike)
            #expect(other.successorsAlike == sample.successorsAlike)
        }
    }
}
