import Program
import Search
import Testing

/// Faults planted in the reduction, each with a model made to show it: the check finds every one, and nothing without.
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
}
