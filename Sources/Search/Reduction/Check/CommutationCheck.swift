// Symmetry held to its definition in single states: permuting and stepping must commute.
//
// What the steps make of the permuted state is what they make of the state, permuted; and the same threads, permuted,
// fail, wait, wait for one another and have ended; and every property says the same (Emerson and Sistla, "Symmetry and
// Model Checking", 1996: the permutations are automorphisms of the graph of states). This asks nothing of the analysis
// that took things for interchangeable, and shares nothing with it but how a permutation changes a state. That, too,
// is tried: there and back again is the same state, and two permutations one after the other are their product.

import Execution
import Program

struct CommutationCheck {
    let canonicalizer: Canonicalizer
    private let model: Model
    private let layout: StateLayout
    private let interpreter: Interpreter
    private let programPoints: [BitField]
    /// Tried in every state: all permutations, or those that make up all others.
    private let permutations: [[Int]]
    /// And so many more, drawn anew for each state.
    private let drawn: Int
    /// Of a generator of pseudo-random numbers.
    private var seed: UInt64
    /// Permuted states that were tried.
    private(set) var tried = 0

    /// Tries so many permutations in a state, or all if they are no more.
    init(
        model: Model, layout: StateLayout, canonicalizer: Canonicalizer, checks: Set<FailureKind>, times: Int,
        seed: UInt64 = 1
    ) {
        self.model = model
        self.layout = layout
        self.canonicalizer = canonicalizer
        interpreter = Interpreter(
            model: model, layout: layout, options: ExecutionOptions(checks: checks, recordAccesses: false))
        programPoints = model.threads.map { layout.cells[$0.programPointCell] }
        let group = Permutations(canonicalizer.symmetry)
        let all = group.all(atMost: times + 1).dropFirst()
        permutations = !all.isEmpty ? Array(all) : group.neighbours.count <= times ? group.neighbours : []
        drawn = all.isEmpty ? times - permutations.count : 0
        self.seed = seed &* 2 &+ 1
    }

    /// What does not commute in a state; nil if nothing was found.
    mutating func fault(in state: [UInt64]) -> String? {
        let sight = sight(state)
        for permutation in permutations {
            if let fault = compare(state, sight, permutation) { return fault }
        }
        let group = Permutations(canonicalizer.symmetry)
        for _ in 0..<drawn {
            if let fault = compare(state, sight, group.random(&seed)) { return fault }
        }
        return nil
    }

    // MARK: What can be seen of a state

    private struct Sight: Equatable {
        /// The state after each step, and last the thread that took it.
        var successors: [[UInt64]] = []
        var failures: [[Int]] = []
        var masks: [UInt64] = []
        /// By thread: whom it waits for, and where it is.
        var holders: [UInt64] = []
        var points: [Int64] = []
        var properties: [Bool] = []
    }

    private func sight(_ state: [UInt64]) -> Sight {
        var expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        interpreter.expand(state, into: &expansion)
        var sight = Sight()
        for index in 0..<expansion.count {
            let words = UnsafeBufferPointer(
                start: expansion.words + index * layout.wordCount, count: layout.wordCount)
            sight.successors.append(Array(words) + [UInt64(expansion.moves[index].thread)])
        }
        sight.failures = expansion.failures.map {
            [Int($0.move.thread), $0.kind.rawValue, Int($0.failure), Int($0.instruction)]
        }
        let masks = expansion.masks
        sight.masks = [masks.ended, masks.waitsForHolders, masks.waitsForCondition, masks.abandoned]
        for thread in model.threads.indices {
            sight.holders.append(expansion.status[thread] == .waitsForHolders ? expansion.holders[thread] : 0)
            sight.points.append(layout.value(programPoints[thread], in: state, model))
        }
        sight.properties = model.properties.indices.filter { model.properties[$0].kind != .temporal }.map { property in
            state.withUnsafeBufferPointer { interpreter.evaluate(property: property, $0.baseAddress!) }
        }
        return sight
    }

    /// The same in the names of a permutation, and in an order that does not depend on them.
    private func renamed(_ sight: Sight, _ permutation: [Int]?) -> Sight {
        let threads = model.threads.indices.map { thread in
            permutation.map { canonicalizer.thread(thread, $0) } ?? thread
        }
        func renamed(_ mask: UInt64) -> UInt64 {
            threads.indices.reduce(0) { $0 | (mask >> UInt64($1) & 1) << UInt64(threads[$1]) }
        }
        var result = sight
        result.successors = sight.successors.map { successor in
            let words = Array(successor.dropLast())
            let thread = UInt64(threads[Int(successor.last!)])
            return (permutation.map { canonicalizer.permuted(words, $0) } ?? words) + [thread]
        }.sorted { $0.lexicographicallyPrecedes($1) }
        result.failures = sight.failures.map { [threads[$0[0]]] + $0.dropFirst() }
            .sorted { $0.lexicographicallyPrecedes($1) }
        result.masks = sight.masks.map(renamed)
        for thread in threads.indices {
            result.holders[threads[thread]] = renamed(sight.holders[thread])
            result.points[threads[thread]] = sight.points[thread]
        }
        return result
    }

    // MARK: Comparing

    private mutating func compare(_ state: [UInt64], _ sight: Sight, _ permutation: [Int]) -> String? {
        tried += 1
        let other = canonicalizer.permuted(state, permutation)
        func told(_ what: String) -> String { "\(what) of \(state), permuted by \(permutation): \(other)" }
        if canonicalizer.permuted(other, Explorer.inverse(permutation)) != state {
            return told("there and back again is another state")
        }
        let second = rotated(permutation)
        if canonicalizer.permuted(other, second)
            != canonicalizer.permuted(state, Explorer.compose(second, permutation))
        {
            return told("two permutations are not their product")
        }
        let expected = renamed(sight, permutation)
        let found = renamed(self.sight(other), nil)
        if expected.successors != found.successors { return told("other successors") }
        if expected.failures != found.failures { return told("other failures") }
        if expected.masks != found.masks || expected.points != found.points { return told("others wait") }
        if expected.holders != found.holders { return told("they wait for others") }
        if expected.properties != found.properties { return told("other properties") }
        return nil
    }

    /// Another one, made of the first.
    private func rotated(_ permutation: [Int]) -> [Int] {
        var result = permutation
        for domain in canonicalizer.symmetry.domains {
            let rotated = Array(permutation[domain.elements].dropFirst()) + [permutation[domain.elements.lowerBound]]
            for (offset, element) in domain.elements.enumerated() { result[element] = rotated[offset] }
        }
        return result
    }
}
