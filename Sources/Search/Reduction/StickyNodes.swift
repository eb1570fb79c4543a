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

import Program

/// The nodes, in the numbering of all threads, that are never to be taken alone, so that the rules leave nobody out; with
/// symmetry, as `AlikeNodes` asks.
func neverAlone(_ dependence: Dependence, _ rules: PersistentRules, _ symmetry: Symmetry?) -> [Int] {
    let hasRules = rules.rules.map { !$0.isEmpty }
    guard let symmetry else { return stickyNodes(dependence, isCandidate: hasRules) }
    let alike = AlikeNodes(dependence, symmetry)
    var isSticky = [Bool](repeating: false, count: dependence.nodeCount)
    for node in stickyNodes(dependence, isCandidate: alike.closure(of: hasRules)) { isSticky[node] = true }
    isSticky = alike.closure(of: isSticky)
    return isSticky.indices.filter { isSticky[$0] }
}

/// The nodes, in the numbering of all threads, that are never to be taken alone: one on each cycle of those that may be.
func stickyNodes(_ dependence: Dependence, isCandidate: [Bool]) -> [Int] {
    var sticky: [Int] = []
    for thread in dependence.graphs.indices {
        let graph = dependence.graphs[thread]
        let first = dependence.firstNode[thread]
        // 0 not seen, 1 on the way here, 2 done.
        var colors = [UInt8](repeating: 0, count: graph.steps.count)
        var isSticky = [Bool](repeating: false, count: graph.steps.count)
        func successors(_ node: Int) -> [Int] {
            graph.edgesFrom[node].compactMap { number in
                if case .goesOn(let target) = graph.edges[number].outcome { return target }
                return nil
            }
        }
        for start in graph.steps.indices where colors[start] == 0 && isCandidate[first + start] {
            var stack = [(node: start, next: 0, targets: successors(start))]
            colors[start] = 1
            while var top = stack.popLast() {
                guard top.next < top.targets.count else {
                    colors[top.node] = 2
                    continue
                }
                let target = top.targets[top.next]
                top.next += 1
                stack.append(top)
                guard isCandidate[first + target], !isSticky[target] else { continue }
                if colors[target] == 1 {
                    isSticky[target] = true
                    sticky.append(first + target)
                } else if colors[target] == 0 {
                    colors[target] = 1
                    stack.append((target, 0, successors(target)))
                }
            }
        }
    }
    return sticky
}
