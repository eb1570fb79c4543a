// Which steps disturb which: the dependence relation under partial order reduction, over the edges of all threads'
// `LocalGraph`s.
//
// Two steps of different threads are independent if neither writes a place that the other reads or writes (Godefroid,
// "Partial-Order Methods for the Verification of Concurrent Systems", LNCS 1032, 1996, section 3.2). Places are cells,
// so the same field of two objects is two places. One departure: clearing one's own bit in a mask of readers commutes
// with another's clearing of its own.
//
// What must hold: the edges name every cell that a step reads, the hidden ones too; ghosts and ASSERTs that follow a
// step belong to it. Since an access is never left out for its value, two accesses that race are dependent.

import Program

/// A rule of the reduction that is left out on purpose, to test that the tests find it.
public enum PlantedFault: String, CaseIterable, Sendable {
    /// A write is independent of another thread's read of the cell.
    case readAfterWrite
    /// A read is independent of another thread's write to the cell.
    case writeAfterRead
    /// What a lock or a value is trusted to keep out is not checked against those who may change it.
    case stability
    /// Callbacks do nothing before they are started, and nobody looks at who starts them.
    case callbacks
    /// Every cycle may be gone round without ever letting the others run.
    case ignoring
    /// Steps that INVARIANTs look at count as invisible.
    case visibility
    /// A step that may have to wait is taken alone.
    case waiting
    /// What the others may still take off a counter is not looked at.
    case counting
}

/// A set of small numbers, for edges and nodes.
struct NumberSet {
    var words: [UInt64]

    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    mutating func insert(_ member: Int) { words[member >> 6] |= 1 << UInt64(member & 63) }
    mutating func remove(_ member: Int) { words[member >> 6] &= ~(1 << UInt64(member & 63)) }
    func contains(_ member: Int) -> Bool { words[member >> 6] >> UInt64(member & 63) & 1 != 0 }

    mutating func formUnion(_ other: NumberSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    mutating func subtract(_ other: NumberSet) {
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    func intersects(_ other: NumberSet) -> Bool {
        for index in words.indices where words[index] & other.words[index] != 0 { return true }
        return false
    }

    func isSubset(of other: NumberSet) -> Bool {
        words.indices.allSatisfy { words[$0] & ~other.words[$0] == 0 }
    }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}

/// What a cell is known to hold while a thread stands still: bit n of `values` allows the packed value n.
struct Knowledge: Hashable {
    var cell: CellID
    var values: UInt64
    /// It is a counter that stays above zero because more is on it than the others can take off: see `Debits`. Then
    /// `values` are those above zero.
    var isCounted = false
}

/// The edges of all threads in one row, and which of them touch what.
final class Dependence: Sendable {
    let model: Model
    let layout: StateLayout
    let graphs: [LocalGraph]
    let fault: PlantedFault?
    let edges: [LocalEdge]
    /// By thread: its first node among all nodes.
    let firstNode: [Int]
    let nodeCount: Int
    private let firstEdge: [Int]
    /// By edge.
    let threadOf: [Int]
    /// By thread: its edges.
    let own: [NumberSet]
    /// The edges that lead to each node, those that start a callback too: of node n those from place `leadingStarts[n]`.
    private let leadingTo: [Int]
    private let leadingStarts: [Int]
    /// By edge: the node that it leaves, in the numbering of all.
    private let sourceOf: [Int]
    /// By cell.
    private let reading: [NumberSet]
    private let writing: [NumberSet]
    private let clearing: [NumberSet]
    /// By cell: edges that assume something of it.
    private let assuming: [[Int]]

    init(model: Model, layout: StateLayout, graphs: [LocalGraph], fault: PlantedFault?) {
        self.model = model
        self.layout = layout
        self.graphs = graphs
        self.fault = fault
        var firstNode: [Int] = []
        var nodes = 0
        for graph in graphs {
            firstNode.append(nodes)
            nodes += graph.steps.count
        }
        self.firstNode = firstNode
        var firstEdge: [Int] = []
        var total = 0
        for graph in graphs {
            firstEdge.append(total)
            total += graph.edges.count
        }
        self.firstEdge = firstEdge
        nodeCount = nodes
        let edges = graphs.flatMap(\.edges)
        let threadOf = graphs.flatMap { graph in graph.edges.map { _ in graph.thread } }
        self.edges = edges
        self.threadOf = threadOf

        var own = graphs.map { _ in NumberSet(count: edges.count) }
        var leadingTo = [[Int]](repeating: [], count: nodes)
        var sourceOf: [Int] = []
        let none = NumberSet(count: edges.count)
        var reading = [NumberSet](repeating: none, count: model.cells.count)
        var writing = reading
        var clearing = reading
        var assuming = [[Int]](repeating: [], count: model.cells.count)
        let unstable = Self.unstableHolds(model, layout, edges, threadOf)
        for (number, edge) in edges.enumerated() {
            let thread = threadOf[number]
            own[thread].insert(number)
            sourceOf.append(firstNode[thread] + edge.source)
            if case .goesOn(let node) = edge.outcome { leadingTo[firstNode[thread] + node].append(number) }
            if fault != .callbacks {
                for callback in edge.starts {
                    for start in graphs[callback].starts { leadingTo[firstNode[callback] + start].append(number) }
                }
            }
            for assumption in edge.assumptions { assuming[assumption.cell].append(number) }
            // A step that waits does nothing.
            if case .waits = edge.outcome { continue }
            for cell in edge.reads.members { reading[cell].insert(number) }
            for cell in edge.holdTests.members where unstable.contains(cell) { reading[cell].insert(number) }
            for cell in edge.writes.members { writing[cell].insert(number) }
            for cell in edge.clears.members { clearing[cell].insert(number) }
        }
        self.own = own
        self.leadingTo = leadingTo.flatMap { $0 }
        leadingStarts = leadingTo.reduce(into: [0]) { $0.append($0.last! + $1.count) }
        self.sourceOf = sourceOf
        self.reading = reading
        self.writing = writing
        self.clearing = clearing
        self.assuming = assuming
        unstableHolds = unstable
    }

    /// Cells of locks of which it could not be shown that a thread's hold changes by its own steps alone.
    let unstableHolds: CellSet

    private static func unstableHolds(
        _ model: Model, _ layout: StateLayout, _ edges: [LocalEdge], _ threadOf: [Int]
    ) -> CellSet {
        var unstable = CellSet(cellCount: model.cells.count)
        // By cell: -1 for an owner's, else the reader.
        var readerOf: [CellID: Int] = [:]
        for lock in model.locks {
            if lock.ownerCell != 0 { readerOf[lock.ownerCell] = -1 }
            for (thread, cell) in lock.readerCells.enumerated() where cell != 0 { readerOf[cell] = thread }
        }
        for (number, edge) in edges.enumerated() {
            switch edge.outcome {
            case .fails, .waits: continue
            default: break
            }
            for cell in edge.writes.members {
                guard let reader = readerOf[cell], reader != threadOf[number] else { continue }
                let before = edge.assumptions.first { $0.cell == cell }?.values ?? ~0
                let after = edge.stored.first { $0.cell == cell }?.values ?? ~0
                if reader >= 0 {
                    // Another's count: it may only be left as it was.
                    if before != after || before & (before - 1) != 0 { unstable.insert(cell) }
                    continue
                }
                let low = layout.cells[cell].low
                let mine = UInt64(bitPattern: Int64(threadOf[number] + 1) &- low)
                let free = UInt64(bitPattern: 0 &- low)
                let allowed = (mine < 64 ? 1 << mine : 0) | (free < 64 ? 1 << free : UInt64(0))
                if (before | after) & ~allowed != 0 { unstable.insert(cell) }
            }
            for cell in edge.clears.members where readerOf[cell] != nil { unstable.insert(cell) }
        }
        return unstable
    }

    // MARK: Questions

    func edges(from node: Int, of thread: Int) -> [Int] {
        graphs[thread].edgesFrom[node].map { firstEdge[thread] + $0 }
    }

    /// The thread of a node in the numbering of all.
    func thread(ofNode number: Int) -> Int { firstNode.lastIndex { $0 <= number }! }

    /// The edges of other threads that do not commute with one of these.
    func dependents(of steps: [Int]) -> NumberSet {
        var set = NumberSet(count: edges.count)
        for number in steps {
            let edge = edges[number]
            for cell in edge.writes.members {
                if fault != .readAfterWrite { set.formUnion(reading[cell]) }
                set.formUnion(writing[cell])
                set.formUnion(clearing[cell])
            }
            for cell in edge.clears.members {
                set.formUnion(reading[cell])
                set.formUnion(writing[cell])
            }
            guard fault != .writeAfterRead else { continue }
            var reads = edge.reads
            for cell in edge.holdTests.members where unstableHolds.contains(cell) { reads.insert(cell) }
            for cell in reads.members {
                set.formUnion(writing[cell])
                set.formUnion(clearing[cell])
            }
        }
        return set
    }

    /// The edges that assume what contradicts the knowledge.
    func cut(by knowledge: Knowledge) -> NumberSet {
        var set = NumberSet(count: edges.count)
        for number in assuming[knowledge.cell] {
            let assumption = edges[number].assumptions.first { $0.cell == knowledge.cell }!
            if assumption.values & knowledge.values == 0 { set.insert(number) }
        }
        return set
    }

    /// The edges that would leave nothing on a counter.
    func last(of knowledge: Knowledge) -> NumberSet {
        var set = NumberSet(count: edges.count)
        guard knowledge.isCounted else { return set }
        for number in assuming[knowledge.cell] {
            let assumption = edges[number].assumptions.first { $0.cell == knowledge.cell }!
            if takesLast(number, assumption, knowledge) { set.insert(number) }
        }
        return set
    }

    private func takesLast(_ number: Int, _ assumption: CellAssumption, _ knowledge: Knowledge) -> Bool {
        let values = assumption.values & knowledge.values
        guard values != 0, let change = edges[number].changes.first(where: { $0.cell == knowledge.cell }),
            change.more < 0
        else { return false }
        let most = Int64(63 - values.leadingZeroBitCount)
        return layout.cells[knowledge.cell].low + most + change.more < 1
    }

    /// The edges after which it may hold no more.
    func changing(_ knowledge: Knowledge) -> NumberSet {
        var set = clearing[knowledge.cell]
        if fault == .stability { return NumberSet(count: edges.count) }
        var rest = writing[knowledge.cell]
        for (index, word) in rest.words.enumerated() where word != 0 {
            var bits = word
            while bits != 0 {
                let number = index << 6 + bits.trailingZeroBitCount
                bits &= bits - 1
                if knowledge.isCounted {
                    // What it changes is counted.
                    if edges[number].changes.contains(where: { $0.cell == knowledge.cell }) { rest.remove(number) }
                    continue
                }
                let stored = edges[number].stored.first { $0.cell == knowledge.cell }
                if let stored, stored.values & ~knowledge.values == 0 { rest.remove(number) }
            }
        }
        set.formUnion(rest)
        return set
    }

    /// The nodes of other threads from which one of the edges can be reached while this thread stands still.
    func nodes(reaching targets: NumberSet, without cut: NumberSet, besides thread: Int) -> NumberSet {
        var found = NumberSet(count: nodeCount)
        let own = own[thread]
        let room = nodeCount
        leadingTo.withUnsafeBufferPointer { leadingTo in
            leadingStarts.withUnsafeBufferPointer { leadingStarts in
                sourceOf.withUnsafeBufferPointer { sourceOf in
                    cut.words.withUnsafeBufferPointer { cut in
                        own.words.withUnsafeBufferPointer { own in
                            targets.words.withUnsafeBufferPointer { targets in
                                found.words.withUnsafeMutableBufferPointer { found in
                                    Self.reach(
                                        found, targets, cut, own, sourceOf, leadingTo, leadingStarts, room: room)
                                }
                            }
                        }
                    }
                }
            }
        }
        return found
    }

    /// Backwards from the targets, along edges that are neither cut nor the thread's own.
    private static func reach(
        _ found: UnsafeMutableBufferPointer<UInt64>, _ targets: UnsafeBufferPointer<UInt64>,
        _ cut: UnsafeBufferPointer<UInt64>, _ own: UnsafeBufferPointer<UInt64>, _ sourceOf: UnsafeBufferPointer<Int>,
        _ leadingTo: UnsafeBufferPointer<Int>, _ leadingStarts: UnsafeBufferPointer<Int>, room: Int
    ) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: max(1, room)) { work in
            var count = 0
            for index in 0..<targets.count {
                var bits = targets[index] & ~cut[index] & ~own[index]
                while bits != 0 {
                    let node = sourceOf[index &<< 6 &+ bits.trailingZeroBitCount]
                    bits &= bits &- 1
                    if (found[node &>> 6] &>> UInt64(node & 63)) & 1 != 0 { continue }
                    found[node &>> 6] |= 1 &<< UInt64(node & 63)
                    work[count] = node
                    count &+= 1
                }
            }
            while count > 0 {
                count &-= 1
                for place in leadingStarts[work[count]]..<leadingStarts[work[count] &+ 1] {
                    let number = leadingTo[place]
                    let bit: UInt64 = 1 &<< UInt64(number & 63)
                    if (cut[number &>> 6] | own[number &>> 6]) & bit != 0 { continue }
                    let node = sourceOf[number]
                    if (found[node &>> 6] &>> UInt64(node & 63)) & 1 != 0 { continue }
                    found[node &>> 6] |= 1 &<< UInt64(node & 63)
                    // The one taken off last is done with but for its other edges.
                    work[count] = node
                    count &+= 1
                }
            }
        }
    }

    /// Cells of which some edge assumes something.
    var assumedCells: [CellID] { assuming.indices.filter { !assuming[$0].isEmpty } }

    /// The nodes to which an edge of all may lead, in the numbering of all: its own thread's, and those of the callbacks
    /// that it starts.
    func targets(of number: Int) -> [Int] {
        var targets: [Int] = []
        if case .goesOn(let node) = edges[number].outcome { targets.append(firstNode[threadOf[number]] + node) }
        if fault != .callbacks {
            for callback in edges[number].starts { targets += graphs[callback].starts.map { firstNode[callback] + $0 } }
        }
        return targets
    }

    /// The edges that lead to a node, those that start a callback there too.
    func edges(to node: Int) -> ArraySlice<Int> { leadingTo[leadingStarts[node]..<leadingStarts[node + 1]] }

    /// Whether the edge leads to the node because it starts a callback there.
    func starts(_ number: Int, _ node: Int) -> Bool {
        let first = firstNode[threadOf[number]]
        return node < first || node >= first + graphs[threadOf[number]].steps.count
    }

    /// The node that an edge of all leaves.
    func source(of number: Int) -> Int { sourceOf[number] }
}
