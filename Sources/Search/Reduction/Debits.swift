// How much other threads may still take off a counter while one thread stands still: what makes "I hold a reference, so
// nobody frees it" something that can be tested in a state.
//
// A node's debit is the most that its thread may have taken off, in balance, at some moment of its way through its own
// graph: the deepest prefix sum of the changes along any path. What all threads together may take off is at most the sum
// of their debits, so a counter that holds more than that stays above zero. This is the counting abstraction of Petri
// nets' place invariants, kept to what can be looked up (Lautenbach's invariants, 1973), with paths in place of equations.
//
// What must hold: an edge that changes the counter by an amount that is not known counts as one that ends the knowledge
// (`Dependence.changing`); an edge left out because it would take the last one is a step towards breaking the knowledge,
// so it counts as the end of a path, not as none.

import Program

struct Debits {
    /// A node with more than this is treated as one that may take off anything.
    static let most: UInt8 = 15
    static let unbounded: UInt8 = 255

    /// By node in the numbering of all; 0 for the thread's own.
    let ofNode: [UInt8]

    /// Edges in `cut` are not taken; those in `last` end a path.
    init(
        _ dependence: Dependence, _ counter: Interference.Counter, cut: NumberSet, last: NumberSet, besides thread: Int
    ) {
        var debits = [UInt8](repeating: 0, count: dependence.nodeCount)
        guard dependence.fault != .counting else {
            ofNode = debits
            return
        }
        var work: [Int] = []
        func raise(_ node: Int, _ amount: Int) {
            let debit = amount > Int(Self.most) ? Self.unbounded : UInt8(max(0, amount))
            guard debit > debits[node] else { return }
            debits[node] = debit
            work.append(node)
        }
        let own = dependence.own[thread]
        for number in counter.takers where !cut.contains(number) && !own.contains(number) {
            raise(dependence.source(of: number), -Int(counter.changes[number]))
        }
        while let node = work.popLast() {
            let debit = Int(debits[node])
            for number in dependence.edges(to: node) {
                if cut.contains(number) || last.contains(number) || own.contains(number) { continue }
                // A callback takes off what it does besides what its starter goes on to take off.
                let isStart = dependence.starts(number, node)
                raise(
                    dependence.source(of: number),
                    debit == Int(Self.unbounded) || isStart ? Int(Self.unbounded) : debit - Int(counter.changes[number]))
            }
        }
        ofNode = debits
    }
}
