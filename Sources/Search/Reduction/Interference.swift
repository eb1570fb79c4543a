// What the other threads may do while one stands still, seen from one state: the nodes that they may come to, and the
// values that cells may have meanwhile.
//
// The least fixpoint over both: whoever may take an edge comes to its node and adds what it stores to the values, and an
// edge may be taken if the values allow what it assumes. This is the interference of thread-modular analysis (Miné,
// "Static Analysis of Run-Time Errors in Embedded Critical Parallel C Programs", ESOP 2011), begun in a state in place of
// the initial ones. Counters are followed by `Debits` where their values are lost.
//
// It serves to find knowledge worth testing, and what comes of it is checked by `PersistentRules`: it may be wrong here
// without harm.

import Program

final class Interference: Sendable {
    let dependence: Dependence
    let samples: SampleStates
    /// Counters: cells that are only added to and taken from somewhere, by index of `samples.cells`.
    let counters: [Counter]
    /// By index of `samples.cells`: its counter, or -1.
    private let counterOf: [Int]

    struct Counter: Sendable {
        var index: Int
        /// The values above zero.
        var values: UInt64
        /// The packed value that stands for zero.
        var zero: Int
        /// By edge: what it adds.
        var changes: [Int32]
        /// The edges that take from it.
        var takers: [Int]
    }

    /// Something an edge assumes or does, by index of `samples.cells`.
    private struct Item: Sendable {
        var index: Int
        var values: UInt64
    }

    private let assumed: [Item]
    private let assumedStarts: [Int]
    private let stored: [Item]
    private let storedStarts: [Int]
    private let targets: [Int]
    private let targetStarts: [Int]
    private let edgesOfNode: [Int]
    private let edgeStarts: [Int]

    init(_ dependence: Dependence, _ samples: SampleStates) {
        self.dependence = dependence
        self.samples = samples
        let edges = dependence.edges
        var assumed: [Item] = []
        var assumedStarts = [0]
        var stored: [Item] = []
        var storedStarts = [0]
        var targets: [Int] = []
        var targetStarts = [0]
        for number in edges.indices {
            for item in edges[number].assumptions where samples.indexOf[item.cell] >= 0 {
                assumed.append(Item(index: samples.indexOf[item.cell], values: item.values))
            }
            assumedStarts.append(assumed.count)
            if case .waits = edges[number].outcome {} else {
                for cell in edges[number].writes.members + edges[number].clears.members
                where samples.indexOf[cell] >= 0 {
                    let values = edges[number].stored.first { $0.cell == cell }?.values ?? ~0
                    stored.append(Item(index: samples.indexOf[cell], values: values))
                }
            }
            storedStarts.append(stored.count)
            targets += dependence.targets(of: number)
            targetStarts.append(targets.count)
        }
        self.assumed = assumed
        self.assumedStarts = assumedStarts
        self.stored = stored
        self.storedStarts = storedStarts
        self.targets = targets
        self.targetStarts = targetStarts
        var edgesOfNode: [Int] = []
        var edgeStarts = [0]
        for (thread, graph) in dependence.graphs.enumerated() {
            for node in graph.steps.indices {
                edgesOfNode += dependence.edges(from: node, of: thread)
                edgeStarts.append(edgesOfNode.count)
            }
        }
        self.edgesOfNode = edgesOfNode
        self.edgeStarts = edgeStarts
        counters = Self.counters(samples, dependence)
        var counterOf = [Int](repeating: -1, count: samples.cells.count)
        for (number, counter) in counters.enumerated() { counterOf[counter.index] = number }
        self.counterOf = counterOf
    }

    private static func counters(_ samples: SampleStates, _ dependence: Dependence) -> [Counter] {
        let cells = samples.cells
        var changes = [[(edge: Int, more: Int64)]](repeating: [], count: cells.count)
        for number in dependence.edges.indices {
            if case .waits = dependence.edges[number].outcome { continue }
            for change in dependence.edges[number].changes where samples.indexOf[change.cell] >= 0 {
                changes[samples.indexOf[change.cell]].append((number, change.more))
            }
        }
        return cells.indices.compactMap { index in
            let field = dependence.layout.cells[cells[index]]
            guard field.pointerSet < 0, field.low <= 0, field.high > 0, changes[index].contains(where: { $0.more < 0 })
            else { return nil }
            var byEdge = [Int32](repeating: 0, count: dependence.edges.count)
            for (number, more) in changes[index] { byEdge[number] = Int32(clamping: more) }
            let zero = Int(-field.low)
            let all: UInt64 = (1 << UInt64(SampleStates.valueCount(cells[index], dependence))) - 1
            return Counter(
                index: index, values: all & ~((1 << UInt64(zero + 1)) - 1), zero: zero, changes: byEdge,
                takers: changes[index].filter { $0.more < 0 }.map(\.edge))
        }
    }

    // MARK: From a state

    /// What keeps an edge from being taken.
    private enum Bar {
        /// What it assumes is excluded.
        case excluded
        /// It would take the last of a counter.
        case last
    }

    /// What is known in a state as long as one thread stands still, as far as it keeps anybody from anything; nil if the
    /// others may do what depends on the thread's step. `dependents` are those of the steps that are left of it.
    func knowledge(
        in sample: SampleState, standing thread: Int, steps: [Int], dependents: ([Int]) -> NumberSet?,
        work: inout Int
    ) -> [Knowledge]? {
        var values: [UInt64] = sample.values.map { $0 < 64 ? 1 << $0 : ~0 }
        var isCounting = counters.map { sample.values[$0.index] > UInt64($0.zero) }
        while true {
            guard let forbidden = dependents(steps.filter { bar(to: $0, values, isCounting) != .excluded }),
                let reached = reach(sample, thread, forbidden, &values, &isCounting, &work)
            else { return nil }
            guard reached.isStable else { continue }
            if isCounting.contains(true), lose(&isCounting, sample, thread, values) {
                work += dependence.edges.count
                continue
            }
            return knowledge(reached.nodes, steps, values, isCounting)
        }
    }

    @inline(__always)
    private func bar(to number: Int, _ values: [UInt64], _ isCounting: [Bool]) -> Bar? {
        var isLast = false
        for place in assumedStarts[number]..<assumedStarts[number &+ 1] {
            let item = assumed[place]
            var left = item.values & values[item.index]
            if left == 0 { return .excluded }
            let counter = counterOf[item.index]
            guard counter >= 0, isCounting[counter] else { continue }
            left = item.values & counters[counter].values
            if left == 0 { return .excluded }
            let change = Int(counters[counter].changes[number])
            if change < 0, 63 - left.leadingZeroBitCount + change <= counters[counter].zero { isLast = true }
        }
        return isLast ? .last : nil
    }

    /// Goes as far as the others may; not stable if a value or a counter was lost on the way. nil if they may do what is
    /// forbidden.
    private func reach(
        _ sample: SampleState, _ thread: Int, _ forbidden: NumberSet, _ values: inout [UInt64],
        _ isCounting: inout [Bool], _ work: inout Int
    ) -> (nodes: [Int], isStable: Bool)? {
        var seen = NumberSet(count: dependence.nodeCount)
        var nodes: [Int] = []
        for (other, node) in sample.nodes.enumerated() where other != thread && node >= 0 {
            seen.insert(node)
            nodes.append(node)
        }
        var isStable = true
        var next = 0
        while next < nodes.count {
            let node = nodes[next]
            next += 1
            work += edgeStarts[node + 1] - edgeStarts[node]
            for place in edgeStarts[node]..<edgeStarts[node + 1] {
                let number = edgesOfNode[place]
                // What stands still may be a callback that others start.
                if dependence.threadOf[number] == thread || bar(to: number, values, isCounting) != nil { continue }
                if forbidden.contains(number) { return nil }
                if dependence.fault != .stability, !store(number, &values, &isCounting) { isStable = false }
                for target in targetStarts[number]..<targetStarts[number + 1] where !seen.contains(targets[target]) {
                    seen.insert(targets[target])
                    nodes.append(targets[target])
                }
            }
        }
        return (nodes, isStable)
    }

    /// Adds what an edge stores to the values; false if anything is not known any more.
    @inline(__always)
    private func store(_ number: Int, _ values: inout [UInt64], _ isCounting: inout [Bool]) -> Bool {
        var isStable = true
        for item in storedStarts[number]..<storedStarts[number + 1] {
            let index = stored[item].index
            if stored[item].values & ~values[index] != 0 {
                values[index] |= stored[item].values
                isStable = false
            }
            let counter = counterOf[index]
            if counter >= 0, isCounting[counter], counters[counter].changes[number] == 0 {
                isCounting[counter] = false
                isStable = false
            }
        }
        return isStable
    }

    /// Gives up the counters from which the others may take too much; true if there are any.
    private func lose(
        _ isCounting: inout [Bool], _ sample: SampleState, _ thread: Int, _ values: [UInt64]
    ) -> Bool {
        var excluded = NumberSet(count: dependence.edges.count)
        var last = excluded
        for number in dependence.edges.indices {
            switch bar(to: number, values, isCounting) {
            case .excluded: excluded.insert(number)
            case .last: last.insert(number)
            case nil: break
            }
        }
        var isLess = false
        for (place, counter) in counters.enumerated() where isCounting[place] {
            let debits = Debits(dependence, counter, cut: excluded, last: last, besides: thread)
            var left = Int(sample.values[counter.index]) - counter.zero
            for (other, node) in sample.nodes.enumerated() where other != thread && node >= 0 {
                left -= Int(debits.ofNode[node])
            }
            if left < 1 {
                isCounting[place] = false
                isLess = true
            }
        }
        return isLess
    }

    /// What excludes an edge that leaves one of the nodes, or one of the thread's own.
    private func knowledge(
        _ nodes: [Int], _ steps: [Int], _ values: [UInt64], _ isCounting: [Bool]
    ) -> [Knowledge] {
        var isUsed = [Bool](repeating: false, count: values.count)
        var isCountUsed = counters.map { _ in false }
        func look(at number: Int) {
            for place in assumedStarts[number]..<assumedStarts[number + 1] {
                let item = assumed[place]
                if item.values & values[item.index] == 0 { isUsed[item.index] = true }
                let counter = counterOf[item.index]
                if counter >= 0, isCounting[counter] { isCountUsed[counter] = true }
            }
        }
        for node in nodes { for place in edgeStarts[node]..<edgeStarts[node + 1] { look(at: edgesOfNode[place]) } }
        for number in steps { look(at: number) }
        var found: [Knowledge] = []
        for (index, cell) in samples.cells.enumerated() where isUsed[index] {
            found.append(Knowledge(cell: cell, values: values[index]))
        }
        for (counter, info) in counters.enumerated() where isCountUsed[counter] {
            found.append(Knowledge(cell: samples.cells[info.index], values: info.values, isCounted: true))
        }
        return found
    }
}
