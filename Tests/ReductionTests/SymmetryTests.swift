import Execution
import Foundation
import Testing

@testable import Program
@testable import Search

/// Symmetry on the models of the repository. `LOCKWALK_STATES=n` takes larger ones, `LOCKWALK_MODEL=text` those whose name
/// contains it.
@Suite struct SymmetryTests {
    /// The comparison of `--check-reductions`. `change` plants a fault.
    static func compare(
        _ model: Model, _ symmetry: Symmetry? = nil, limit: Int, times: Int, triesBoth: Bool = false,
        change: (inout Symmetry) -> Void = { _ in }
    ) -> SymmetryCheckResult {
        let analyses = Analyses(model: model, options: SearchOptions())
        var symmetry = symmetry ?? Symmetry(model: model, access: analyses.access)
        if symmetry.isTrivial { return .notSymmetric }
        let sound = symmetry
        change(&symmetry)
        var ranges: InferredRanges = [:]
        while true {
            guard var comparison = SymmetryComparison(analyses, symmetry, ranges, times: times, samples: 10, bound: 50)
            else { return .notSymmetric }
            comparison.triesBoth = triesBoth
            switch comparison.run(limit: limit) {
            case .result(let result): return result
            case .widened(let met): ranges = widened(sound.sharingRanges(ranges, model: model), by: met, model: model)
            }
        }
    }

    private static func difference(_ result: SymmetryCheckResult) -> String? {
        if case .differs(let difference) = result { return difference }
        return nil
    }

    @Test func permutingAndSteppingCommute() {
        var outcomes = 0
        var states = 0
        var canonical = 0
        var inexact = 0
        for variant in ModelTests.variants {
            guard let model = ModelFiles.model(variant) else { continue }
            switch Self.compare(model, limit: Self.limit, times: 2, triesBoth: true) {
            case .agrees(let agreement):
                outcomes += 1
                states += agreement.plainStates
                canonical += agreement.symmetricStates
                if let orbits = agreement.orbits, orbits != agreement.symmetricStates {
                    inexact += 1
                    print("\(variant): \(orbits) orbits, \(agreement.symmetricStates) canonical states")
                }
            case .differs(let difference): Issue.record("\(variant): \(difference)")
            case .tooLarge, .notSymmetric, .cut: break
            }
        }
        print("\(outcomes) variants: \(states) states, \(canonical) canonical; \(inexact) not exact")
        #expect(outcomes > 50 || ModelTests.variants.count < 100)
    }

    private static let limit = max(2_000, ModelTests.limit)

    /// Verdict, length of the run and warnings do not depend on it; nor do they, or the counts, on threads and stores.
    @Test func verdictsAreTheSame() throws {
        for (number, variant) in ModelTests.variants.enumerated() {
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
            for (turn, way) in Self.ways.enumerated() where ModelTests.triesEveryWay || (turn + number) % 3 == 0 {
                options.directBitsMax = way.directBits
                options.denseBitsMax = way.denseBits
                let other = try search(model: model, options: options)
                #expect(Self.toldWithRun(other) == Self.toldWithRun(reduced), "\(variant), three threads, \(way)")
            }
            options.reduction = .all
            let both = try search(model: model, options: options)
            #expect(Self.told(both) == Self.told(plain), "\(variant), with partial order reduction")
        }
    }

    private static let ways = [
        NativeWay(), NativeWay(directBits: 1), NativeWay(directBits: 1, denseBits: 12),
    ]

    /// Machine code from the first state on, with symmetry alone and with both reductions, in every store: same
    /// verdict, same counts, same run as the interpreter. (Some of the models, as each is compiled twice.)
    @Test func machineCodeAgrees() throws {
        let cache = FileManager.default.temporaryDirectory.appendingPathComponent("lockwalk-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: cache) }
        var compared = 0
        let stride = ModelTests.variants.count < 100 ? 1 : ModelTests.triesEveryWay ? 8 : 48
        for (number, variant) in ModelTests.variants.enumerated() where number % stride == 0 {
            guard let model = ModelFiles.model(variant) else { continue }
            if Symmetry(model: model, access: AccessSets(model: model)).isTrivial { continue }
            for reduction in [ReductionChoice.symmetry, .all] {
                var options = SearchOptions(stateLimit: 2_000, native: .off, threads: 1)
                options.reduction = reduction
                options.reductionFrom = 1
                options.givesUpReduction = false
                options.sharedLevelMin = 1
                options.unitRecords = 3
                let interpreted = try search(model: model, options: options)
                if case .incomplete = interpreted.verdict { continue }
                options.native = .always
                options.cacheDirectory = cache.path
                for way in Self.nativeWays {
                    options.threads = way.threads
                    options.store = way.store
                    options.directBitsMax = way.directBits
                    options.denseBitsMax = way.denseBits
                    let native = try search(model: model, options: options)
                    // Of several threads, the first may have had nothing to do.
                    if way.threads == 1, native.statistics.depth > 0 {
                        #expect(native.statistics.isNative || native.statistics.nativeUnavailable != nil, "\(variant)")
                    }
                    #expect(
                        Self.toldWithRun(native) == Self.toldWithRun(interpreted), "\(variant), \(reduction), \(way)")
                    compared += 1
                }
            }
        }
        print("\(compared) searches by machine code")
        #expect(compared > 50 || ModelTests.variants.count < 100)
    }

    private struct NativeWay {
        var store = StoreChoice.exact
        var threads = 1
        var directBits = StateStore.directBitsMax
        var denseBits = DenseFolding.keyBitsMax
    }

    private static let nativeWays = [
        NativeWay(), NativeWay(threads: 2), NativeWay(threads: 2, directBits: 1),
        NativeWay(threads: 2, directBits: 1, denseBits: 12), NativeWay(store: .plain),
        NativeWay(store: .folded, threads: 2), NativeWay(store: .hashed(bits: 64), threads: 2),
    ]

    static func told(_ result: SearchResult) -> String {
        let warnings = result.warnings.map { "\($0.kind.word) \($0.moves.count)" }.sorted()
        switch result.verdict {
        case .holds, .incomplete(.hashed): return "holds \(warnings) \(result.constraints)"
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
        Self.difference(Self.compare(model, limit: 3_000, times: 3, change: change)) != nil
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

    /// A state of an orbit stands for all of it, and for no other.
    @Test func anOrbitThatIsMissingIsNoticed() throws {
        let model = try model(Self.objects)
        let analyses = Analyses(model: model, options: SearchOptions())
        let symmetry = Symmetry(model: model, access: analyses.access)
        let layout = analyses.layout([:])
        let canonicalizer = try #require(Canonicalizer(model: model, layout: layout, symmetry: symmetry))
        let orbits = Orbits(canonicalizer)
        var plain = ReferenceSearch(model: model, layout: layout, checks: SearchOptions.defaultChecks)
        plain.run(limit: 5_000)
        let kept = Set(plain.states.map(orbits.representative))
        #expect(kept.count < plain.states.count)
        #expect(orbits.count(kept) == kept.count)
        #expect(orbits.missing(plain.seen, from: kept) == 0)
        let swap = Permutations(symmetry).neighbours[0]
        #expect(orbits.missing(kept, from: Set(kept.map { canonicalizer.permuted($0, swap) })) == 0)
        for state in kept.sorted(by: { $0.lexicographicallyPrecedes($1) }).prefix(20) {
            #expect(orbits.missing(kept, from: kept.subtracting([state])) == 1)
        }
        #expect(Permutations(symmetry).all(atMost: 4).count == 4)
        #expect(Set(Permutations(symmetry).all(atMost: 4)).count == 4)
        #expect(Permutations(symmetry).all(atMost: 3).isEmpty)
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
        #expect(Self.difference(Self.compare(model, forced, limit: 3_000, times: 4)) != nil)
    }

    @Test func anIndexThatIsNotPermutedIsNoticed() throws {
        let model = try model(
            "static u2 a[3]; static u1 x; THREAD(user, 2) { u2 i = pick(0, 2); WRITE_ONCE(a[i], 1); READ_ONCE(x);"
                + " WRITE_ONCE(a[i], 2); }")
        #expect(!finds(model) { _ in })
        #expect(finds(model) { symmetry in
            for code in symmetry.registerSorts.indices {
                for register in symmetry.registerSorts[code].indices {
                    if case .index = symmetry.registerSorts[code][register] { symmetry.registerSorts[code][register] = .plain }
                }
            }
        })
    }

    /// Elements of arrays: the same.
    @Test(arguments: [
        "static u2 a[3]; THREAD(user, 1) { u2 i = pick(0, 2); WRITE_ONCE(a[i], 1); WRITE_ONCE(a[0], 2); skip(); }",
        "static u2 a[3]; THREAD(user, 1) { u2 i = pick(0, 2); skip(); WRITE_ONCE(a[i], 1); if (i == 1) skip(); }",
        "static u2 a[3]; THREAD(user, 1) { u2 i = pick(0, 2); skip(); WRITE_ONCE(a[i], 1); if (i) skip(); }",
        "static u2 a[3]; THREAD(user, 1) { u2 i = pick(0, 2); skip(); WRITE_ONCE(a[i], 1); i = 0; skip(); WRITE_ONCE(a[i], 2); }",
        "static u2 a[3]; THREAD(user, 1) { u2 i = pick(0, 2); u2 j = pick(0, 2); skip(); WRITE_ONCE(a[i], 1);"
            + " if (i < j) WRITE_ONCE(a[j], 2); }",
        "static u2 a[3]; THREAD(user, 1) { u2 i = pick(0, 2); skip(); WRITE_ONCE(a[i], 1); WRITE_ONCE(a[(i + 1) % 3], 1); skip(); }",
        "static u2 a[3]; THREAD(user, 1) { u2 i = pick(0, 2); skip(); WRITE_ONCE(a[i], 1); } INVARIANT(p) { return !a[1]; }",
        // What is there at the beginning becomes an index when it is cut short.
        "static u2 a[3]; static int x = 257; THREAD(user, 2) { u8 i = READ_ONCE(x); WRITE_ONCE(a[i], 1);"
            + " i = pick(0, 2); skip(); WRITE_ONCE(a[i], 1); WRITE_ONCE(x, i); skip(); }",
        "static u2 a[3]; static int x; INIT { x = 257; } THREAD(user, 2) { u8 i = READ_ONCE(x); WRITE_ONCE(a[i], 1);"
            + " i = pick(0, 2); skip(); WRITE_ONCE(a[i], 1); WRITE_ONCE(x, i); skip(); }",
    ])
    func anArrayThatIsNotSymmetricIsSaidNotToBe(_ text: String) throws {
        let model = try model(text)
        let access = AccessSets(model: model)
        let symmetry = Symmetry(model: model, access: access)
        #expect(!symmetry.domains.contains { $0.kind.isIndices })
        #expect(symmetry.obstacles.contains { $0.kind == .indices(count: 3) })
        var check = SymmetryCheck(model, SymmetryCodes(model, access), [.indices(count: 3)])
        check.settleAnyway()
        #expect(Self.difference(Self.compare(model, check.result([]), limit: 3_000, times: 4)) != nil)
    }

    /// Arrays whose elements are alike, with locks, with pointers, beside threads; a constant that nobody reads, or that
    /// stands before the first step, names none of them.
    @Test(arguments: [
        "static u2 a[3]; THREAD(user, 1) { u2 i = pick(0, 2); WRITE_ONCE(a[i], 1); skip(); WRITE_ONCE(a[i], 2); }",
        "static u2 a[3]; static spinlock_t l[3]; THREAD(user, 2) { u2 i = 0; i = pick(0, 2); spin_lock(&l[i]); a[i] = 1;"
            + " spin_unlock(&l[i]); }",
        "static u2 a[2]; THREAD(user, 2) { for (;;) { u2 i = 0; i = pick(0, 1); WRITE_ONCE(a[i], 1 - READ_ONCE(a[i])); } }",
        "static u2 a[3]; THREAD(user, 2) { u2 i = pick(0, 2); u2 j = pick(0, 2); WRITE_ONCE(a[i], 1);"
            + " if (i != j) WRITE_ONCE(a[j], 2); skip(); }",
        "static u2 a[3]; THREAD(user, 2) { u2 i = pick(0, 2); skip(); WRITE_ONCE(a[i], i); skip(); }",
        "struct thing { u2 x; }; OBJECTS(struct thing, things, 2); static struct thing *p[2]; static struct mutex m[2];"
            + " THREAD(user, 2) { u1 i = pick(0, 1); struct thing *q = alloc(things); mutex_lock(&m[i]);"
            + " WRITE_ONCE(p[i], q); mutex_unlock(&m[i]); }",
        "static u2 a[3]; static u2 shared; THREAD(user, 2) { u2 i = pick(0, 2); WRITE_ONCE(shared, i); i = READ_ONCE(shared);"
            + " WRITE_ONCE(a[i], 1); skip(); }",
        "static u2 a[3]; static u2 *p; THREAD(user, 2) { u2 i = pick(0, 2); WRITE_ONCE(p, &a[i]); skip();"
            + " WRITE_ONCE(*READ_ONCE(p), 1); }",
    ])
    func elementsOfArraysAreFound(_ text: String) throws {
        let model = try model(text)
        let symmetry = Symmetry(model: model, access: AccessSets(model: model))
        #expect(symmetry.domains.contains { $0.kind.isIndices }, "\(symmetry.obstacles)")
        expectOneStateOfEachOrbit(model, limit: 20_000)
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
        expectOneStateOfEachOrbit(model, limit: 6_000)
    }

    private func expectOneStateOfEachOrbit(_ model: Model, limit: Int) {
        let result = Self.compare(model, limit: limit, times: 3, triesBoth: true)
        guard case .agrees(let agreement) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(agreement.orbits == nil || agreement.orbits == agreement.symmetricStates)
    }
}
