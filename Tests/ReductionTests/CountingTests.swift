import Program
import Search
import Testing

/// Counters in the rules of partial order reduction: that a reference which cannot be lost makes steps independent, and
/// that one which can does not, on whatever way it is lost.
@Suite struct CountingTests {
    private static func check(_ text: String, _ name: String) throws -> ReductionAgreement? {
        let model = try #require(ModelFiles.model(text: "#include <lockwalk.h>\n" + text), "\(name)")
        switch checkReduction(model: model, limit: 20_000, samples: 400, bound: 2_000) {
        case .agrees(let agreement): return agreement
        case .notReduced: return nil
        case let other:
            Issue.record("\(name): \(other)")
            return nil
        }
    }

    /// Everybody reads and writes the page under its lock and drops it then: who holds the lock and a reference is not
    /// disturbed by those who may free the page once nobody has one.
    @Test func whoHoldsAReferenceIsLeftAlone() throws {
        func text(_ reference: String) -> String {
            """
            static u1 lock, freed, pte;
            static atomic_t count = { 1 };
            THREAD(walker, 3) {
                u1 v;
                if (!\(reference)) return;
                ATOMIC { wait_until(!lock); lock = 1; ASSERT(live, !freed); }
                v = READ_ONCE(pte);
                WRITE_ONCE(pte, 1 - v);
                WRITE_ONCE(lock, 0);
                if (atomic_dec_and_test(&count)) { WRITE_ONCE(freed, 1); WRITE_ONCE(lock, 0); WRITE_ONCE(pte, 0); }
            }
            THREAD(freer, 1) {
                if (atomic_dec_and_test(&count)) { WRITE_ONCE(freed, 1); WRITE_ONCE(lock, 0); WRITE_ONCE(pte, 0); }
            }
            """
        }
        let counted = try #require(try Self.check(text("atomic_inc_not_zero(&count)"), "counted"))
        #expect(counted.aloneStates * 3 > counted.reducedStates)
        #expect(counted.triedStates > 0)
    }

    static let ways: [(name: String, take: String)] = [
        ("two threads take one each", "THREAD(b, 2) { if (atomic_dec_and_test(&count)) WRITE_ONCE(x, 1); }"),
        ("one takes two", "THREAD(b, 1) { atomic_dec(&count); if (atomic_dec_and_test(&count)) WRITE_ONCE(x, 1); }"),
        ("all at once", "THREAD(b, 1) { if (atomic_sub_and_test(2, &count)) WRITE_ONCE(x, 1); }"),
        ("by comparing", "THREAD(b, 1) { if (atomic_cmpxchg(&count, 2, 0) == 2) WRITE_ONCE(x, 1); }"),
        (
            "the last one by comparing",
            "THREAD(b, 1) { atomic_dec(&count); if (atomic_cmpxchg(&count, 1, 0) == 1) WRITE_ONCE(x, 1); }"
        ),
        ("set anew", "THREAD(b, 1) { atomic_set(&count, 0); if (!atomic_read(&count)) WRITE_ONCE(x, 1); }"),
        (
            "after taking more",
            """
            THREAD(b, 1) {
                atomic_inc(&count); atomic_dec(&count); atomic_dec(&count);
                if (atomic_dec_and_test(&count)) WRITE_ONCE(x, 1);
            }
            """
        ),
        (
            "round and round",
            "THREAD(b, 1) { for (;;) { if (atomic_read(&count) == 0) { WRITE_ONCE(x, 1); return; } atomic_dec(&count); } }"
        ),
        (
            "by a callback and its starter",
            """
            struct object { u1 value; };
            OBJECTS(struct object, objects, 1);
            static void drop(struct object *p) { if (atomic_dec_and_test(&count)) WRITE_ONCE(x, 1); }
            THREAD(b, 1) {
                struct object *p = alloc(objects);
                call_rcu(p, drop);
                if (atomic_dec_and_test(&count)) WRITE_ONCE(x, 1);
            }
            """
        ),
    ]

    /// The reader must not go first alone: x may be written while it stands still.
    @Test(arguments: ways.indices)
    func aReferenceThatCanBeLostIsNone(_ number: Int) throws {
        let way = Self.ways[number]
        let text = """
            static u1 x;
            static atomic_t count = { 2 };
            \(way.take)
            THREAD(a, 1) { u1 v; v = READ_ONCE(x); ASSERT(kept, v == 0); }
            """
        _ = try Self.check(text, way.name)
        let model = try #require(ModelFiles.model(text: "#include <lockwalk.h>\n" + text), "\(way.name)")
        var options = SearchOptions(native: .off, threads: 1)
        options.reduction = .partialOrder
        options.reductionFrom = 1
        options.givesUpReduction = false
        guard case .violated(let finding) = try search(model: model, options: options).verdict else {
            Issue.record("\(way.name): no violation found")
            return
        }
        #expect(finding.names.contains("kept"), "\(way.name)")
    }
}
