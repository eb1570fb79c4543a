// The condition against ignoring: on every cycle of a thread's own graph there is a node at which it is never taken
// alone.
//
// Taking one thread alone again and again could leave another's steps out for ever, and with them what is wrong there
// (Valmari's ignoring problem). The usual remedies look at the search's stack or queue; in a breadth-first search by
// levels, and with several threads, these hardly reduce anything (Bošnački and Holzmann, "Improving Spin's Partial-Order
// Reduction for Breadth-First Search", SPIN 2005). The static remedy is that of Kurshan, Levin, Minea, Peled and Yenigün
// ("Static Partial Order Reduction", TACAS 1998): sticky transitions.
//
// Why it is enough for safety, in any order of search. Let a run w lead from a state s to something wrong, and let only
// thread i be taken in s. If w contains a step of i, its first one commutes to the front of w, and the rest is shorter.
// If not, w can still be taken after the step of i, and ends in a state that differs in nothing that is looked at. That
// can only go on until each thread that w does not need has gone along its own graph to a sticky node, its end, or a
// wait: finitely often. (A callback begins anew only when another thread starts it, which takes one of that thread's
// steps.) Then either all threads are taken, or one that w needs, and w becomes shorter.

//
// Which nodes: of each strongly connected part of what is left, the one with the least use of its rules, until there is no
// cycle. (To lose as little as possible is the minimum feedback vertex set, which nobody finds quickly.)

import Program

/// The nodes, in the numbering of all threads, that are never to be taken alone, so that the rules leave nobody out; with
/// symmetry, as `AlikeNodes` asks.
func neverAlone(
    _ dependence: Dependence, _ rules: PersistentRules, _ samples: SampleStates, _ symmetry: Symmetry?
) -> [Int] {
    let alike = symmetry.map { AlikeNodes(dependence, $0) }
    let groupOf = alike?.groupOf ?? Array(0..<dependence.nodeCount)
    var isLeft = rules.rules.map { !$0.isEmpty }
    if let alike { isLeft = alike.closure(of: isLeft) }
    var weights = [Int](repeating: 0, count: groupOf.count)
    for (node, weight) in rules.uses(in: samples).enumerated() { weights[groupOf[node]] += weight }
    var isSticky = [Bool](repeating: false, count: groupOf.count)
    for thread in dependence.graphs.indices {
        let first = dependence.firstNode[thread]
        while let cycle = someCycle(dependence.graphs[thread], isLeft[first...]) {
            let group = cycle.map { groupOf[first + $0] }.min { (weights[$0], $0) < (weights[$1], $1) }!
            isSticky[group] = true
            for node in groupOf.indices where groupOf[node] == group { isLeft[node] = false }
        }
    }
    return groupOf.indices.filter { isSticky[groupOf[$0]] }
}

/// The nodes of a strongly connected part of a thread's graph that has a cycle, with those nodes only that are left; nil
/// if there is none. (Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972.)
private func someCycle(_ graph: LocalGraph, _ isLeft: ArraySlice<Bool>) -> [Int]? {
    let first = isLeft.startIndex
    func successors(_ node: Int) -> [Int] {
        graph.edgesFrom[node].compactMap { number in
            if case .goesOn(let target) = graph.edges[number].outcome, isLeft[first + target] { return target }
            return nil
        }
    }
    var numbers = [Int](repeating: 0, count: graph.steps.count)
    var lowest = numbers
    var isOpen = [Bool](repeating: false, count: graph.steps.count)
    var open: [Int] = []
    var next = 1
    for start in graph.steps.indices where numbers[start] == 0 && isLeft[first + start] {
        var stack: [(node: Int, targets: [Int], place: Int)] = []
        func enter(_ node: Int) {
            numbers[node] = next
            lowest[node] = next
            next += 1
            open.append(node)
            isOpen[node] = true
            stack.append((node, successors(node), 0))
        }
        enter(start)
        while var top = stack.popLast() {
            if top.place < top.targets.count {
                let target = top.targets[top.place]
                top.place += 1
                stack.append(top)
                if target == top.node { return [target] }
                if numbers[target] == 0 {
                    enter(target)
                } else if isOpen[target] {
                    lowest[top.node] = min(lowest[top.node], numbers[target])
                }
                continue
            }
            if let below = stack.last?.node { lowest[below] = min(lowest[below], lowest[top.node]) }
            guard lowest[top.node] == numbers[top.node] else { continue }
            let part = Array(open[open.lastIndex(of: top.node)!...])
            if part.count > 1 { return part }
            open.removeLast()
            isOpen[top.node] = false
        }
    }
    return nil
}
