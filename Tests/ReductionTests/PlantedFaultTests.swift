import Program
import Testing

@testable import Search

/// Faults planted in the reduction, each with a model made to show it: the check finds every one, and nothing without.
/// They are a dependence left out (`readAfterWrite`, `writeAfterRead`, `visibility`), what may enable a step left out
/// (`waiting`, `callbacks`, and `stability`: who ends what keeps the others out), the condition against ignoring, and
/// the rules that join both reductions.
@Suite struct PlantedFaultTests {
    private static let header = "#include <lockwalk.h>\n"

    private static let models: [PlantedFault: String] = [
        // b sees either value, so a may not go first alone.
        .readAfterWrite: """
            static u1 x;
            THREAD(a, 1) { WRITE_ONCE(x, 1); }
            THREAD(b, 1) { u1 v; v = READ_ONCE(x); ASSERT(early, v == 1); }
            """,
        .writeAfterRead: """
            static u1 x;
            THREAD(a, 1) { u1 v; v = READ_ONCE(x); ASSERT(early, v == 0); }
            THREAD(b, 1) { WRITE_ONCE(x, 1); }
            """,
        // The flag keeps b out only until c clears it.
        .stability: """
            static u1 busy, x;
            THREAD(a, 1) { u1 v; WRITE_ONCE(busy, 1); v = READ_ONCE(x); ASSERT(kept_out, v == 0); }
            THREAD(b, 1) { ATOMIC { wait_until(!busy); busy = 1; } WRITE_ONCE(x, 1); WRITE_ONCE(busy, 0); }
            THREAD(c, 1) { WRITE_ONCE(busy, 0); }
            """,
        // Only the callback frees what a reads.
        .callbacks: """
            struct object { u1 value; };
            OBJECTS(struct object, objects, 1);
            static struct object *shared;
            INIT { shared = alloc(objects); }
            THREAD(a, 1) { struct object *p = READ_ONCE(shared); u1 v; if (p) { skip(); v = READ_ONCE(p->value); ASSERT(low, v < 2); } }
            THREAD(b, 1) { struct object *q = READ_ONCE(shared); WRITE_ONCE(shared, NULL); kfree_rcu(q); }
            """,
        // a could go round for ever.
        .ignoring: """
            static u1 x, y;
            THREAD(a, 1) { for (;;) { WRITE_ONCE(x, 1); WRITE_ONCE(x, 0); } }
            THREAD(b, 1) { WRITE_ONCE(y, 1); ASSERT(never, y == 0); }
            """,
        // Nobody else touches x, but the invariant looks at it.
        .visibility: """
            static u1 x, y;
            THREAD(a, 1) { WRITE_ONCE(x, 1); WRITE_ONCE(x, 0); }
            THREAD(b, 1) { WRITE_ONCE(y, 1); }
            INVARIANT(apart) { return !(x && y); }
            """,
        // a cannot go on before b has.
        .waiting: """
            static u1 x;
            static u1 y;
            THREAD(a, 1) { wait_until(x); WRITE_ONCE(y, 1); }
            THREAD(b, 1) { WRITE_ONCE(x, 1); WRITE_ONCE(x, 0); }
            """,
        // Both references may go while a reads.
        .counting: """
            static u1 x;
            static atomic_t count = { 2 };
            THREAD(a, 1) { u1 v; v = READ_ONCE(x); ASSERT(kept, v == 0); }
            THREAD(b, 2) { if (atomic_dec_and_test(&count)) WRITE_ONCE(x, 1); }
            """,
    ]

    @Test(arguments: PlantedFault.allCases)
    func aPlantedFaultIsFound(_ fault: PlantedFault) throws {
        let model = try #require(ModelFiles.model(text: Self.header + Self.models[fault]!))
        let sound = checkReduction(model: model, limit: 10_000)
        if case .differs(let difference) = sound { Issue.record("without the fault: \(difference)") }
        let planted = checkReduction(model: model, limit: 10_000, fault: fault)
        guard case .differs = planted else {
            Issue.record("\(fault) goes unnoticed: \(planted)")
            return
        }
    }

    /// Two slots take turns, so that the two nodes of the loop are one to a permutation. One of them is never taken
    /// alone, and that is enough for the thread's own graph; but all states may be kept in the form in which it stands
    /// at the other. Which that is, is a matter of chance: so the loop begins with either.
    private static let turns = ["p = first; q = second;", "p = second; q = first;"].map { start in
        """
        struct thing { u1 x; };
        OBJECTS(struct thing, things, 2);
        static struct thing *one, *other;
        static u1 y;
        INIT { one = alloc(things); other = alloc(things); }
        THREAD(a, 1) {
            struct thing *first, *second, *p, *q, *t;
            first = xchg(&one, NULL);
            second = xchg(&other, NULL);
            if (!first || !second) return;
            \(start)
            for (;;) {
                READ_ONCE(p->x);
                t = p; p = q; q = t;
            }
        }
        THREAD(b, 1) { WRITE_ONCE(y, 1); ASSERT(never, y == 0); }
        """
    }

    private func compareBoth(_ model: Model, joinsRules: Bool) -> SymmetryCheckResult? {
        let analyses = Analyses(model: model, options: SearchOptions())
        let symmetry = Symmetry(model: model, access: analyses.access)
        var comparison = SymmetryComparison(analyses, symmetry, [:], times: 2, samples: 10, bound: 100)
        comparison?.joinsRules = joinsRules
        guard case .result(let result) = comparison?.run(limit: 10_000) else { return nil }
        return result
    }

    /// Without the rules that join both reductions, they leave out what each of them alone would not.
    @Test func rulesThatDifferForTwinsAreFound() throws {
        var isFound = false
        for text in Self.turns {
            let model = try #require(ModelFiles.model(text: Self.header + text))
            let sound = try #require(compareBoth(model, joinsRules: true))
            guard case .agrees = sound else {
                Issue.record("without the fault: \(sound)")
                return
            }
            if case .differs = try #require(compareBoth(model, joinsRules: false)) { isFound = true }
        }
        #expect(isFound)
    }
}
