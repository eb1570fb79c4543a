/// The inversions among the edges that were seen: each a list of edges that closes, the one seen first in front.
func lockCycles(_ edges: [LockEdge]) -> [[LockEdge]] {
    var found: [[LockEdge]] = []
    var told: Set<[Int]> = []
    // Edges are in the order in which they were seen, so each cycle is met first at its first edge.
    for (first, edge) in edges.enumerated() {
        if edge.from == edge.to {
            guard !(edge.isRecursiveRead && edge.isHeldShared), told.insert([edge.from]).inserted else { continue }
            found.append([edge])
            continue
        }
        guard let rest = shortestWayBack(edges, from: first) else { continue }
        let cycle = [edge] + rest
        if told.insert(cycle.map(\.from).sorted()).inserted { found.append(cycle) }
    }
    return found
}

/// Whether one edge may follow another on a cycle that deadlocks: a recursive read does not wait for other readers.
private func isStrong(_ edge: LockEdge, then next: LockEdge) -> Bool {
    !(edge.isRecursiveRead && next.isHeldShared)
}

/// The fewest further edges that lead from the end of an edge to its beginning, breadth-first over edges.
private func shortestWayBack(_ edges: [LockEdge], from first: Int) -> [LockEdge]? {
    var previous = [Int](repeating: -1, count: edges.count)
    var seen = [Bool](repeating: false, count: edges.count)
    var queue = [first]
    seen[first] = true
    var next = 0
    while next < queue.count {
        let current = queue[next]
        next += 1
        for (index, edge) in edges.enumerated() where !seen[index] && edge.from == edges[current].to {
            guard edge.from != edge.to, isStrong(edges[current], then: edge) else { continue }
            seen[index] = true
            previous[index] = current
            queue.append(index)
            guard edge.to == edges[first].from, isStrong(edge, then: edges[first]) else { continue }
            var way: [LockEdge] = []
            var at = index
            while at != first {
                way.append(edges[at])
                at = previous[at]
            }
            return way.reversed()
        }
    }
    return nil
}
