// Symmetry held to its definition, on models that are small enough: for the tests.
//
// In states that a plain search reaches, permuting and stepping must commute: what a step makes of the permuted state is
// what it makes of the state, permuted; the same for failures, for who waits for whom, and for every property. This says
// nothing of the analysis that cannot be seen in a state, and shares nothing with it. And a search that keeps one state
// of those that are alike must come to every orbit that the plain search comes to, and to no other.

import Execution
import Program

@testable import Search

struct SymmetryTrial {
    struct Outcome: Equatable {
        var plainStates = 0
        /// States that a search in canonical forms comes to; of how many orbits, where the group is small enough.
        var canonicalStates = 0
        var orbits: Int?
        /// Permuted states that were tried.
        var tried = 0
        /// The first thing that is not as it should be.
        var difference: String?
    }

    let model: Model
    let layout: StateLayout
    let canonicalizer: Canonicalizer
    let interpreter: Interpreter
    private let memory: CanonicalMemory
    private let programPoints: [BitField]
    /// Of a generator of pseudo-random numbers.
    private var seed: UInt64

    /// Nil if nothing is interchangeable. `change` plants a fault.
    init?(
        model: Model, layout: StateLayout, symmetry: Symmetry, seed: UInt64,
        change: (inout Symmetry) -> Void = { _ in }
    ) {
        var symmetry = symmetry
        change(&symmetry)
        guard let canonicalizer = Canonicalizer(model: model, layout: layout, symmetry: symmetry) else { return nil }
        self.model = model
        self.layout = layout
        self.canonicalizer = canonicalizer
        interpreter = Interpreter(model: model, layout: layout, options: ExecutionOptions(recordAccesses: false))
        memory = CanonicalMemory(canonicalizer)
        programPoints = model.threads.map { layout.cells[$0.programPointCell] }
        self.seed = seed &* 2 &+ 1
    }

    /// Searches up to so many states; `samples` of them, and no fewer than one in `each`, are permuted `times` times.
    mutating func run(limit: Int, times: Int, orbitsMax: Int = 200) -> Outcome {
        var outcome = Outcome()
        guard let plain = reachable(limit, canonical: false) else { return outcome }
        outcome.plainStates = plain.count
        if !interpreter.widenings.isEmpty { return outcome }
        for state in plain {
            for _ in 0..<times {
                outcome.tried += 1
                if let difference = compare(state, permutation()) {
                    outcome.difference = difference
                    return outcome
                }
            }
        }
        guard let canonical = reachable(limit, canonical: true) else { return outcome }
        outcome.canonicalStates = canonical.count
        let group = allPermutations(orbitsMax)
        guard !group.isEmpty else { return outcome }
        let orbits = Set(plain.map { leastOf($0, group) })
        let reached = Set(canonical.map { leastOf($0, group) })
        outcome.orbits = orbits.count
        if orbits != reached { outcome.difference = "\(orbits.count) orbits, \(reached.count) of them reached" }
        return outcome
    }

    private func canonical(_ state: [UInt64]) -> [UInt64] {
        var words = state
        words.withUnsafeMutableBufferPointer { _ = canonicalizer.canonicalize($0.baseAddress!, memory) }
        return words
    }

    private func reachable(_ limit: Int, canonical isCanonical: Bool) -> [[UInt64]]? {
        var expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        var found: [[UInt64]] = []
        var seen: Set<[UInt64]> = []
        func insert(_ state: [UInt64]) {
            let state = isCanonical ? canonical(state) : state
            if seen.insert(state).inserted { found.append(state) }
        }
        interpreter.initialStates().states.forEach(insert)
        var next = 0
        while next < found.count {
            if found.count > limit { return nil }
            interpreter.expand(found[next], into: &expansion)
            next += 1
            for index in 0..<expansion.count { insert(words(expansion, index)) }
        }
        return found
    }

    private func words(_ expansion: borrowing Expansion, _ index: Int) -> [UInt64] {
        Array(UnsafeBufferPointer(start: expansion.words + index * layout.wordCount, count: layout.wordCount))
    }

    // MARK: Permutations

    private mutating func random(_ count: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((seed >> 33) % UInt64(count))
    }

    private mutating func permutation() -> [Int] {
        var result = Array(0..<canonicalizer.elementCount)
        for domain in canonicalizer.symmetry.domains {
            for place in domain.elements.dropFirst() {
                result.swapAt(place, domain.elements.lowerBound + random(place - domain.elements.lowerBound + 1))
            }
        }
        return result
    }

    /// All of them; empty if they are more.
    private func allPermutations(_ limit: Int) -> [[Int]] {
        var result = [Array(0..<canonicalizer.elementCount)]
        for domain in canonicalizer.symmetry.domains {
            for place in domain.elements.dropFirst() {
                result = result.flatMap { permutation in
                    (domain.elements.lowerBound...place).map { other in
                        var next = permutation
                        next.swapAt(place, other)
                        return next
                    }
                }
                if result.count > limit { return [] }
            }
        }
        return result
    }

    private func leastOf(_ state: [UInt64], _ group: [[Int]]) -> [UInt64] {
        group.map { canonicalizer.permuted(state, $0) }.min { $0.lexicographicallyPrecedes($1) }!
    }

    // MARK: Stepping

    /// What can be seen of a state, in names that a permutation has changed.
    private struct Sight: Equatable {
        var successors: [[UInt64]] = []
        var failures: [[Int]] = []
        var masks: [UInt64] = []
        var holders: [UInt64] = []
        var properties: [Bool] = []
        var steps: [Int64] = []
    }

    private func sight(_ state: [UInt64], renamed permutation: [Int]) -> Sight {
        var expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        interpreter.expand(state, into: &expansion)
        let threads = model.threads.indices.map { canonicalizer.thread($0, permutation) }
        func renamed(_ mask: UInt64) -> UInt64 {
            threads.indices.reduce(0) { $0 | (mask >> UInt64($1) & 1) << UInt64(threads[$1]) }
        }
        var sight = Sight()
        for index in 0..<expansion.count {
            let words = canonicalizer.permuted(words(expansion, index), permutation)
            sight.successors.append(words + [UInt64(threads[Int(expansion.moves[index].thread)])])
        }
        sight.successors.sort { $0.lexicographicallyPrecedes($1) }
        sight.failures = expansion.failures.map {
            [threads[Int($0.move.thread)], Int($0.kind.rawValueForOrder), Int($0.failure), Int($0.instruction)]
        }.sorted { $0.lexicographicallyPrecedes($1) }
        let masks = expansion.masks
        sight.masks = [masks.ended, masks.waitsForHolders, masks.waitsForCondition, masks.abandoned].map(renamed)
        sight.holders = [UInt64](repeating: 0, count: threads.count)
        sight.steps = [Int64](repeating: 0, count: threads.count)
        for thread in threads.indices {
            if expansion.status[thread] == .waitsForHolders { sight.holders[threads[thread]] = renamed(expansion.holders[thread]) }
            sight.steps[threads[thread]] = layout.value(programPoints[thread], in: state, model)
        }
        sight.properties = model.properties.indices.filter { model.properties[$0].kind != .temporal }.map { property in
            state.withUnsafeBufferPointer { interpreter.evaluate(property: property, $0.baseAddress!) }
        }
        return sight
    }

    private func compare(_ state: [UInt64], _ permutation: [Int]) -> String? {
        let other = canonicalizer.permuted(state, permutation)
        let identity = Array(permutation.indices)
        let inverse = Explorer.inverse(permutation)
        func told(_ what: String) -> String { "\(what) of \(state), permuted by \(permutation): \(other)" }
        if canonicalizer.permuted(other, inverse) != state { return told("there and back again is another state") }
        let sample = self.permutation2(permutation)
        if canonicalizer.permuted(other, sample)
            != canonicalizer.permuted(state, Explorer.compose(sample, permutation))
        {
            return told("two permutations are not their product")
        }
        let expected = sight(state, renamed: permutation)
        let found = sight(other, renamed: identity)
        if expected.successors != found.successors { return told("other successors") }
        if expected.failures != found.failures { return told("other failures") }
        if expected.masks != found.masks || expected.steps != found.steps { return told("others wait") }
        if expected.holders != found.holders { return told("they wait for others") }
        if expected.properties != found.properties { return told("other properties") }
        return nil
    }

    /// Another one, made of the first.
    private func permutation2(_ permutation: [Int]) -> [Int] {
        var result = permutation
        for domain in canonicalizer.symmetry.domains {
            let rotated = Array(permutation[domain.elements].dropFirst()) + [permutation[domain.elements.lowerBound]]
            for (offset, element) in domain.elements.enumerated() { result[element] = rotated[offset] }
        }
        return result
    }
}

extension FailureKind {
    fileprivate var rawValueForOrder: Int { FailureKind.allCases.firstIndex(of: self) ?? -1 }
}
