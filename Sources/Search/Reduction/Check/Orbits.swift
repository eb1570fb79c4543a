import Program

/// States up to permutations.
struct Orbits {
    private let canonicalizer: Canonicalizer
    private let memory: CanonicalMemory
    private let neighbours: [[Int]]
    /// Orbits of more states are not gone through.
    private static let statesMax = 20_000

    init(_ canonicalizer: Canonicalizer) {
        self.canonicalizer = canonicalizer
        memory = CanonicalMemory(canonicalizer)
        neighbours = Permutations(canonicalizer.symmetry).neighbours
    }

    /// The state that a search keeps for a state.
    func representative(_ state: [UInt64]) -> [UInt64] {
        var words = state
        words.withUnsafeMutableBufferPointer { _ = canonicalizer.canonicalize($0.baseAddress!, memory) }
        return words
    }

    /// All states of an orbit; nil if they are too many.
    private func orbit(_ state: [UInt64]) -> Set<[UInt64]>? {
        var seen: Set<[UInt64]> = [state]
        var work = [state]
        while let next = work.popLast() {
            for permutation in neighbours {
                let other = canonicalizer.permuted(next, permutation)
                if seen.insert(other).inserted { work.append(other) }
            }
            if seen.count > Self.statesMax { return nil }
        }
        return seen
    }

    /// How many of the states have no state of their orbit among the others, as far as that can be said: a
    /// representative need not be the only one of its orbit.
    func missing(_ states: Set<[UInt64]>, from others: Set<[UInt64]>) -> Int {
        states.reduce(0) { count, state in
            if others.contains(state) { return count }
            guard let orbit = orbit(state) else { return count }
            return count + (orbit.isDisjoint(with: others) ? 1 : 0)
        }
    }

    /// Of how many orbits the states are; nil if that takes too long.
    func count(_ states: Set<[UInt64]>, groupMax: Int = 200) -> Int? {
        let group = Permutations(canonicalizer.symmetry).all(atMost: groupMax)
        if group.isEmpty { return nil }
        return Set(
            states.map { state in
                group.map { canonicalizer.permuted(state, $0) }.min { $0.lexicographicallyPrecedes($1) }!
            }
        ).count
    }
}
