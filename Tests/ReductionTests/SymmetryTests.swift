import Execution
import Foundation
import Testing

@testable import Program
@testable import Search

/// Symmetry on the models of the repository. `LOCKWALK_STATES=n` takes larger ones, `LOCKWALK_MODEL=text` those whose name
/// contains it.
@Suite struct SymmetryTests {
    static func trial(_ model: Model, seed: UInt64, change: (inout Symmetry) -> Void = { _ in }) -> SymmetryTrial? {
        let symmetry = Symmetry(model: model, access: AccessSets(model: model))
        return trial(model, symmetry, seed: seed, change: change)
    }

    static func trial(
        _ model: Model, _ symmetry: Symmetry, seed: UInt64, change: (inout Symmetry) -> Void = { _ in }
    ) -> SymmetryTrial? {
        if symmetry.isTrivial { return nil }
        var ranges: InferredRanges = [:]
        // Ranges as a search finds them.
        while true {
            let layout = StateLayout(
                model: model, liveness: model.liveness(), ranges: symmetry.sharingRanges(ranges, model: model))
            guard let trial = SymmetryTrial(model: model, layout: layout, symmetry: symmetry, seed: seed, change: change)
            else { return nil }
            var plain = trial
            _ = plain.run(limit: 2_000, times: 0)
            let met = trial.interpreter.widenings
            if met.isEmpty { return SymmetryTrial(model: model, layout: layout, symmetry: symmetry, seed: seed, change: change) }
            ranges.merge(met) { min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound) }
        }
    }

    @Test func permutingAndSteppingCommute() {
        var outcomes = 0
        var states = 0
        var canonical = 0
        var orbits = 0
        var inexact = 0
        for variant in ModelTests.variants {
            guard let model = ModelFiles.model(variant), var trial = Self.trial(model, seed: 1) else { continue }
            let outcome = trial.run(limit: 2_000, times: 2)
            if outcome.canonicalStates == 0, outcome.difference == nil { continue }
            #expect(outcome.difference == nil, "\(variant)")
            outcomes += 1
            states += outcome.plainStates
            canonical += outcome.canonicalStates
            orbits += outcome.orbits ?? outcome.canonicalStates
            if let orbits = outcome.orbits, orbits != outcome.canonicalStates {
                inexact += 1
                print("\(variant): \(orbits) orbits, \(outcome.canonicalStates) canonical states")
            }
        }
        print("\(outcomes) variants: \(states) states, \(canonical) canonical, \(orbits) orbits; \(inexact) not exact")
        #expect(outcomes > 50 || ModelTests.variants.count < 100)
    }

    /// Verdict, length of the run and warnings do not depend on it; nor do they, or the counts, on threads and stores.
    @Test func verdictsAreTheSame() throws {
        for variant in ModelTests.variants {
            guard let model = ModelFiles.model(variant) else { continue }
            if Symmetry(model: model, access: AccessSets(model: model)).isTrivial { continue }
            var options = SearchOptions(stateLimit: 5 * ModelTests.limit, native: .off, cachesNative: false, threads: 1)
            options.reduction = .none
            let plain = try search(model: model, options: options)
            if case .incomplete = plain.verdict { continue }
            options.reduction = .symmetry
            options.reductionFrom = 1
            options.givesUpReduction = false
            let reduced = try search(model: model, options: options)
            #expect(Self.told(reduced) == Self.told(plain), "\(variant)")
            #expect(reduced.statistics.states <= plain.statistics.states, "\(variant)")
            options.sharedLevelMin = 1
            options.unitRecords = 3
            options.threads = 3
            let shared = try search(model: model, options: options)
            #expect(Self.toldWithRun(shared) == Self.toldWithRun(reduced), "\(variant), three threads")
            options.directBitsMax = 1
            let dense = try search(model: model, options: options)
            #expect(Self.toldWithRun(dense) == Self.toldWithRun(reduced), "\(variant), dense keys")
            options.denseBitsMax = 12
            let folded = try search(model: model, options: options)
            #expect(Self.toldWithRun(folded) == Self.toldWithRun(reduced), "\(variant), folded")
            options.reduction = .all
            let both = try search(model: model, options: options)
            #expect(Self.told(both) == Self.told(plain), "\(variant), with partial order reduction")
        }
    }

    static func told(_ result: SearchResult) -> String {
        let warnings = result.warnings.map { "\($0.kind.word) \($0.moves.count)" }.sorted()
        switch result.verdict {
        case .holds: return "holds \(warnings) \(result.constraints)"
        case .violated(let finding): return "\(finding.kind.word) \(finding.moves.count) \(finding.isShortest)"
        case .incomplete(let cut): return "incomplete: \(cut)"
        }
    }

    static func toldWithRun(_ result: SearchResult) -> String {
        var text = told(result) + " \(result.statistics.states) \(result.statistics.transitions) \(result.statistics.depth)"
        if case .violated(let finding) = result.verdict { text += " \(finding.names) \(finding.moves) \(finding.message)" }
        return text + result.warnings.map { " \($0.names) \($0.moves) \($0.second) \($0.message)" }.joined()
    }

    // MARK: Planted faults

    private func finds(_ model: Model, _ change: (inout Symmetry) -> Void) -> Bool {
        guard var trial = Self.trial(model, seed: 3, change: change) else { return false }
        return trial.run(limit: 3_000, times: 3).difference != nil
    }

    private func model(_ text: String) throws -> Model {
        try #require(ModelFiles.model(text: "#include <lockwalk.h>\n" + text))
    }

    @Test func anOwnerThatIsNotPermutedIsNoticed() throws {
        let model = try model(
            "static spinlock_t l; static u2 x; THREAD(user, 3) { spin_lock(&l); x = 1; spin_unlock(&l); }")
        #expect(!finds(model) { _ in })
        #expect(finds(model) { symmetry in
            for index in symmetry.storageSorts.indices where symmetry.storageSorts[index] == .owner {
                symmetry.storageSorts[index] = .plain
            }
        })
    }

    @Test func aMaskOfReadersThatIsNotPermutedIsNoticed() throws {
        let model = try model(
            """
            static u1 x;
            THREAD(reader, 2) { rcu_read_lock(); READ_ONCE(x); rcu_read_unlock(); }
            THREAD(updater, 1) { WRITE_ONCE(x, 1); synchronize_rcu(); WRITE_ONCE(x, 0); }
            """)
        #expect(!finds(model) { _ in })
        #expect(finds(model) { symmetry in
            for index in symmetry.storageSorts.indices {
                if case .mask = symmetry.storageSorts[index] { symmetry.storageSorts[index] = .plain }
            }
        })
    }

    static let objects = """
        struct thing { u1 x; }; OBJECTS(struct thing, things, 2); static struct thing *global;
        THREAD(user, 2) {
                struct thing *p = alloc(things);
                if (!p) return;
                WRITE_ONCE(p->x, 1);
                p = xchg(&global, p);
                if (p) kfree(p);
        }
        """

    @Test func aPointerRegisterThatIsNotPermutedIsNoticed() throws {
        let model = try model(Self.objects)
        #expect(!finds(model) { _ in })
        #expect(finds(model) { symmetry in
            for code in symmetry.registerSorts.indices {
                for register in symmetry.registerSorts[code].indices where symmetry.registerSorts[code][register] == .address {
                    symmetry.registerSorts[code][register] = .plain
                }
            }
        })
    }

    @Test func aGlobalPointerThatIsNotPermutedIsNoticed() throws {
        #expect(finds(try model(Self.objects)) { symmetry in
            for index in symmetry.storageSorts.indices where symmetry.storageSorts[index] == .address {
                symmetry.storageSorts[index] = .plain
            }
        })
    }

    /// What the analysis takes exception to is a real difference.
    @Test(arguments: [
        "static u2 x; THREAD(user, 2) { skip(); if (self == 0) WRITE_ONCE(x, 1); else WRITE_ONCE(x, 2); }",
        "static u2 turn; THREAD(user, 2) { WRITE_ONCE(turn, 1 - self); skip(); }",
        "static u2 a[2]; THREAD(user, 2) { WRITE_ONCE(a[self], 1); WRITE_ONCE(a[0], 2); }",
        "static u2 a[2]; THREAD(user, 2) { WRITE_ONCE(a[self], 1); READ_ONCE(a[(self + 1) % 2]); skip(); }"
            + " INVARIANT(first) { return !a[0]; }",
        "static u2 x; THREAD(user, 3) { wait_until(x == self); WRITE_ONCE(x, x + 1); }",
        "static u1 x; THREAD(user, 2) { WRITE_ONCE(x, 1); } INVARIANT(order) { return ended(user, 0) || !ended(user, 1); }",
    ])
    func aClassThatIsNotSymmetricIsSaidNotToBe(_ text: String) throws {
        let model = try model(text)
        let access = AccessSets(model: model)
        let symmetry = Symmetry(model: model, access: access)
        #expect(symmetry.domains.isEmpty)
        #expect(!symmetry.obstacles.isEmpty)
        // Taken to be symmetric nevertheless, the difference shows.
        var check = SymmetryCheck(model, SymmetryCodes(model, access), [.threads(threadClass: 0)])
        check.settleAnyway()
        let forced = check.result([])
        var trial = try #require(Self.trial(model, forced, seed: 5))
        #expect(trial.run(limit: 3_000, times: 4).difference != nil)
    }

    /// These are symmetric, and must be found so: each has been missed once, or might be.
    @Test(arguments: [
        "static u2 x; THREAD(user, 3) { WRITE_ONCE(x, 1); WRITE_ONCE(x, 2); }",
        "static int owner = -1; THREAD(user, 3) { ATOMIC { wait_until(owner == -1); owner = self; } skip(); WRITE_ONCE(owner, -1); }",
        "static u1 a[3]; THREAD(user, 3) { WRITE_ONCE(a[self], 1); READ_ONCE(a[self]); skip(); }",
        "static struct mutex m; static u1 x; THREAD(user, 3) { mutex_lock(&m); x = 1; mutex_unlock(&m); }",
        "static struct rw_semaphore s; static u1 x; THREAD(reader, 2) { down_read(&s); READ_ONCE(x); up_read(&s); }"
            + " THREAD(writer, 2) { down_write(&s); WRITE_ONCE(x, 1); up_write(&s); }",
        "static rwlock_t s; static u1 x; THREAD(reader, 2) { read_lock(&s); READ_ONCE(x); read_unlock(&s); }"
            + " THREAD(writer, 2) { write_lock(&s); WRITE_ONCE(x, 1); write_unlock(&s); }",
        "static seqcount_t s; static u1 x; THREAD(reader, 2) { unsigned q; do { q = read_seqcount_begin(&s);"
            + " READ_ONCE(x); } while (read_seqcount_retry(&s, q)); } THREAD(writer, 1) { write_seqcount_begin(&s);"
            + " WRITE_ONCE(x, 1); write_seqcount_end(&s); }",
        "static struct srcu_struct s; static u1 x; THREAD(reader, 2) { int i = srcu_read_lock(&s); READ_ONCE(x);"
            + " srcu_read_unlock(&s, i); } THREAD(updater, 2) { WRITE_ONCE(x, 1); synchronize_srcu(&s); }",
        "static u1 x; THREAD(user, 2) { local_irq_disable(); x = 1; local_irq_enable(); }"
            + " THREAD(asker, 2) { smp_call_function_sync(); WRITE_ONCE(x, 0); }",
    ])
    func whatIsSymmetricIsFoundSo(_ text: String) throws {
        let model = try model(text)
        let symmetry = Symmetry(model: model, access: AccessSets(model: model))
        #expect(symmetry.obstacles.isEmpty, "\(symmetry.obstacles)")
        var trial = try #require(Self.trial(model, symmetry, seed: 7))
        let outcome = trial.run(limit: 6_000, times: 3)
        #expect(outcome.difference == nil)
        #expect(outcome.canonicalStates > 0)
        #expect(outcome.orbits == nil || outcome.orbits == outcome.canonicalStates)
    }
}
