// Both reductions together.
//
// Taking a thread alone in a representative is taking it, or what takes its part, alone in every state that it stands for:
// what may be left out there is a matter of the state. The condition against ignoring is not: it says that no cycle of
// states is gone through by threads taken alone, as every cycle of a thread's own nodes has one that is never taken alone.
// A cycle among representatives is a path from a state to a permutation of it; gone on with, permuted again and again, it
// ends where it began, and is a real cycle, but its steps are those of other threads and with other objects. So if a node
// is never to be taken alone, then none that a permutation makes of it may be: then the condition holds of that real cycle.
// (Emerson, Jha and Peled, "Combining Partial Order and Symmetry Reductions", TACAS 1997, ask for the same of the
// relation that says what is taken.)

import Program

/// The nodes, in the numbering of all, that a permutation may turn into one another, and some more: by node, the number of
/// its group.
struct AlikeNodes {
    let groupOf: [Int]
    let groupCount: Int

    init(_ dependence: Dependence, _ symmetry: Symmetry) {
        var numbers: [[Int64]: Int] = [:]
        var groupOf: [Int] = []
        for (thread, graph) in dependence.graphs.enumerated() {
            for (node, step) in graph.steps.enumerated() {
                var key = [Int64(symmetry.roleOfThread[thread]), Int64(step)]
                let threadClass = dependence.model.threads[thread].threadClass
                for (tracked, value) in zip(graph.tracked[step], graph.values[node]) {
                    key += Self.orbit(of: value, symmetry.registerSorts[threadClass][tracked.register], symmetry)
                }
                let number = numbers[key] ?? numbers.count
                numbers[key] = number
                groupOf.append(number)
            }
        }
        self.groupOf = groupOf
        groupCount = numbers.count
    }

    /// With one node of a group, all.
    func closure(of isMember: [Bool]) -> [Bool] {
        var isGroup = [Bool](repeating: false, count: groupCount)
        for (node, group) in groupOf.enumerated() where isMember[node] { isGroup[group] = true }
        return groupOf.map { isGroup[$0] }
    }

    /// The same for values that a permutation turns into one another.
    private static func orbit(of value: Int64, _ sort: SymmetrySort, _ symmetry: Symmetry) -> [Int64] {
        switch sort {
        case .unknown, .plain: return [0, value]
        case .address:
            guard value > 0, value < Int64(symmetry.places.count) else { return [0, value] }
            let place = symmetry.places[CellID(value)]
            return place.elements.isEmpty ? [0, value] : [1, Int64(place.family)]
        case .owner, .number, .index, .instance, .place, .mask, .truth, .conflict: return [2, 0]
        }
    }
}
