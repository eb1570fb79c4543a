import Program
@testable import Search
import Testing

/// A search that begins without symmetry and with it again once it has grown: from whatever number of states on, it says
/// what the plain search says, and if it did change over, it has the counts of one that used symmetry from the start.
@Suite struct SymmetryUseTests {
    private func options(_ reduction: ReductionChoice, from states: Int) -> SearchOptions {
        var options = SearchOptions(
            stateLimit: 12 * ModelTests.limit, native: .off, cachesNative: false, threads: 1)
        options.reduction = reduction
        options.reductionFrom = states
        return options
    }

    private func isUsed(_ result: SearchResult) -> Bool { result.statistics.symmetry != nil }

    private func expectSame(_ one: SearchResult, _ other: SearchResult, _ what: String) {
        #expect(SymmetryTests.toldWithRun(one) == SymmetryTests.toldWithRun(other), "\(what)")
    }

    /// Models in which anything is alike (every third variant), from 20, 100 and 500 states on.
    @Test func beginningLateChangesNoVerdict() throws {
        var begun = 0
        var declined = 0
        for (number, variant) in ModelTests.variants.enumerated() where ModelTests.triesEveryWay || number % 3 == 0 {
            guard let model = ModelFiles.model(variant) else { continue }
            if Symmetry(model: model, access: AccessSets(model: model)).isTrivial { continue }
            let plain = try search(model: model, options: options(.none, from: 0))
            if case .incomplete = plain.verdict { continue }
            var whole: SearchResult?
            for states in [20, 100, 500] where plain.statistics.states > states {
                for reduction in [ReductionChoice.symmetry, .all] {
                    var options = options(reduction, from: states)
                    let late = try search(model: model, options: options)
                    #expect(SymmetryTests.told(late) == SymmetryTests.told(plain), "\(variant), \(reduction) from \(states)")
                    options.givesUpReduction = false
                    let forced = try search(model: model, options: options)
                    #expect(SymmetryTests.told(forced) == SymmetryTests.told(plain), "\(variant), \(reduction) from \(states)")
                    guard reduction == .symmetry else { continue }
                    begun += isUsed(late) ? 1 : 0
                    declined += isUsed(late) ? 0 : 1
                    if !isUsed(late) { expectSame(late, plain, "\(variant), from \(states), declined") }
                    if whole == nil { whole = try search(model: model, options: self.options(.symmetry, from: 1)) }
                    if isUsed(late) { expectSame(late, whole!, "\(variant), from \(states)") }
                    if isUsed(forced) { expectSame(forced, whole!, "\(variant), from \(states), forced") }
                }
            }
        }
        print("\(begun) searches began again with symmetry, \(declined) did not")
        #expect(begun > 2 && declined > 20 || ModelTests.variants.count < 100)
    }

    private static let walkers = """
        #include <lockwalk.h>
        struct page { spinlock_t ptl; u2 count; };
        OBJECTS(struct page, pages, 2);
        static struct page *slot;
        INIT { slot = alloc(pages); }
        THREAD(walker, 4)
        {
                struct page *p = READ_ONCE(slot);
                if (!p) return;
                spin_lock(&p->ptl);
                WRITE_ONCE(p->count, (READ_ONCE(p->count) + 1) & 3);
                spin_unlock(&p->ptl);
                skip();
        }
        THREAD(other, 1) { skip(); WRITE_ONCE(slot, alloc(pages)); skip(); }

        """

    /// When the change comes, and all counts, depend on neither threads nor store nor machine code.
    @Test(arguments: [ReductionChoice.symmetry, .all]) func nothingDependsOnTheWay(_ reduction: ReductionChoice) throws {
        let model = try #require(ModelFiles.model(text: Self.walkers))
        var options = options(reduction, from: 300)
        options.stateLimit = .max
        let one = try search(model: model, options: options)
        #expect(isUsed(one))
        options.reduction = .none
        let plain = try search(model: model, options: options)
        #expect(plain.statistics.states > 3 * one.statistics.states)
        options.reduction = reduction
        options.sharedLevelMin = 1
        options.unitRecords = 3
        for threads in [1, 2, 16] {
            options.threads = threads
            for store in [StoreChoice.exact, .plain, .hashed(bits: 64)] {
                options.store = store
                let other = try search(model: model, options: options)
                #expect(isUsed(other))
                #expect(other.statistics.states == one.statistics.states, "\(threads) threads, \(store)")
                #expect(other.statistics.transitions == one.statistics.transitions, "\(threads) threads, \(store)")
                #expect(other.statistics.depth == one.statistics.depth, "\(threads) threads, \(store)")
            }
        }
        options.store = .exact
        options.remembersForms = false
        let made = try search(model: model, options: options)
        #expect(SymmetryTests.toldWithRun(made) == SymmetryTests.toldWithRun(one), "every form made anew")
        options.remembersForms = true
        options.native = .always
        let native = try search(model: model, options: options)
        #expect(native.statistics.isNative || native.statistics.nativeUnavailable != nil)
        #expect(SymmetryTests.toldWithRun(native) == SymmetryTests.toldWithRun(one))
    }

    /// Slots that are never mixed up save nothing: the search goes on as it is, and is the plain one.
    @Test func whatSavesTooLittleIsLeft() throws {
        let model = try #require(
            ModelFiles.model(
                text: """
                    #include <lockwalk.h>
                    struct page { u3 count; };
                    OBJECTS(struct page, pages, 2);
                    static struct page *slot[2];
                    INIT { slot[0] = alloc(pages); slot[1] = alloc(pages); }
                    THREAD(user, 3)
                    {
                            for (;;) {
                                    u3 n = READ_ONCE(slot[self & 1]->count);
                                    WRITE_ONCE(slot[self & 1]->count, (n + self) & 7);
                            }
                    }

                    """))
        #expect(!Symmetry(model: model, access: AccessSets(model: model)).isTrivial)
        var options = options(.symmetry, from: 50)
        options.stateLimit = .max
        let late = try search(model: model, options: options)
        #expect(!isUsed(late))
        options.reduction = .none
        #expect(SymmetryTests.toldWithRun(late) == SymmetryTests.toldWithRun(try search(model: model, options: options)))
    }

    private static func cache(freeing: String) -> String {
        """
        #include <lockwalk.h>
        struct page { u1 used; };
        OBJECTS(struct page, pages, 4);
        static struct page *slot[2];
        INIT { slot[0] = alloc(pages); slot[1] = alloc(pages); }
        THREAD(user, 2)
        {
                for (;;) {
                        struct page *p = xchg(&slot[self], NULL);
                        \(freeing)
                        WRITE_ONCE(slot[self], p);
                }
        }

        """
    }

    /// The runs that are followed show what a search comes to only later.
    @Test func slotsThatAreFreedAreSeenToGetMixedUp() throws {
        func ratio(_ text: String) throws -> Double {
            let model = try #require(ModelFiles.model(text: text))
            let symmetry = Symmetry(model: model, access: AccessSets(model: model))
            let layout = StateLayout(model: model, liveness: model.liveness())
            return try #require(SlotMixing(model, layout, symmetry)).ratio(checks: SearchOptions.defaultChecks)
        }
        #expect(try ratio(Self.cache(freeing: "WRITE_ONCE(p->used, !READ_ONCE(p->used));")) == 1)
        #expect(try ratio(Self.cache(freeing: "kfree(p); p = alloc(pages);")) > SymmetryUse.worth)
    }

    /// What goes wrong before the search has grown is shown by the run of the plain search.
    @Test func anEarlyFindingIsThePlainOne() throws {
        for variant in ModelTests.variants {
            guard let model = ModelFiles.model(variant) else { continue }
            var options = options(.none, from: ModelTests.triesEveryWay ? SearchOptions().reductionFrom : 600)
            options.stateLimit = options.reductionFrom - 1
            let plain = try search(model: model, options: options)
            if case .incomplete = plain.verdict { continue }
            options.reduction = .usual
            #expect(SymmetryTests.toldWithRun(try search(model: model, options: options)) == SymmetryTests.toldWithRun(plain))
        }
    }
}
