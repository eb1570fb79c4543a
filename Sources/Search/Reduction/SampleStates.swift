import Execution
import Program

/// A state as the rules see it.
struct SampleState: Equatable {
    /// By thread: its node in the numbering of all, -1 if it has ended or stands where nobody foresaw.
    var nodes: [Int]
    /// By cell of `SampleStates.cells`: the packed value.
    var values: [UInt64]
}

/// States along random runs: what the rules of the partial order reduction are made for, and measured by. The same every
/// time, so the counts of a search stay what they are.
struct SampleStates {
    /// The cells whose values are kept: those with few values of which some step assumes something.
    let cells: [CellID]
    /// By cell: its place in `cells`, or -1.
    let indexOf: [Int]
    /// By node in the numbering of all: some states in which its thread stands there, each another.
    private(set) var ofNode: [[SampleState]]
    /// States as they come.
    private(set) var usual: [SampleState] = []

    init(_ dependence: Dependence, checks: Set<FailureKind>) {
        cells = dependence.assumedCells.filter { cell in
            let count = Self.valueCount(cell, dependence)
            return count > 1 && count < 64
        }
        var indexOf = [Int](repeating: -1, count: dependence.model.cells.count)
        for (index, cell) in cells.enumerated() { indexOf[cell] = index }
        self.indexOf = indexOf
        ofNode = [[SampleState]](repeating: [], count: dependence.nodeCount)
        collect(dependence, checks)
    }

    static let samplesMax = 24
    private static let runs = 48
    private static let steps = 192
    /// Of the states as they come, so many are passed over.
    private static let stride = 24

    /// Threads move one at a time; in every other run each goes on for a while, so that states come up in which most
    /// stand still far from their beginning.
    private mutating func collect(_ dependence: Dependence, _ checks: Set<FailureKind>) {
        let tables = ReductionTables(ReductionPlan(dependence, rules: nil, isWatched: nil))
        var walk = RandomRuns(dependence.model, dependence.layout, checks: checks)
        let threadCount = walk.threadCount
        for run in 0..<Self.runs where walk.begin(run) {
            keep(walk.state, for: 0..<threadCount, tables, dependence)
            var thread = walk.random(threadCount)
            var misses = 0
            var step = 0
            while step < Self.steps, misses < 2 * threadCount {
                if run & 1 == 0 || misses > 0 || walk.random(4) == 0 { thread = walk.random(threadCount) }
                guard walk.step(of: thread) else {
                    misses += 1
                    continue
                }
                misses = 0
                step += 1
                let other = walk.random(threadCount)
                keep(walk.state, for: [thread, other], tables, dependence)
                if step % Self.stride == 0 { usual.append(sample(walk.state, tables, dependence)) }
            }
        }
    }

    /// Keeps the state for those of the threads whose nodes have few yet.
    private mutating func keep(
        _ state: [UInt64], for threads: some Sequence<Int>, _ tables: ReductionTables, _ dependence: Dependence
    ) {
        var sample: SampleState?
        for thread in threads {
            let node = Int(tables.node(of: thread, in: state))
            let number = dependence.firstNode[thread] + node
            guard node >= 0, ofNode[number].count < Self.samplesMax else { continue }
            let kept = sample ?? self.sample(state, tables, dependence)
            sample = kept
            if !ofNode[number].contains(kept) { ofNode[number].append(kept) }
        }
    }

    static func valueCount(_ cell: CellID, _ dependence: Dependence) -> Int {
        let field = dependence.layout.cells[cell]
        if field.pointerSet >= 0 { return dependence.model.pointerSets[field.pointerSet].count + 1 }
        let span = UInt64(bitPattern: field.high &- field.low)
        return span < 64 ? Int(span) + 1 : .max
    }

    private func sample(_ state: [UInt64], _ tables: ReductionTables, _ dependence: Dependence) -> SampleState {
        SampleState(
            nodes: dependence.graphs.indices.map { thread in
                let node = Int(tables.node(of: thread, in: state))
                return node < 0 ? -1 : dependence.firstNode[thread] + node
            },
            values: cells.map { cell in
                let field = dependence.layout.cells[cell]
                let mask: UInt64 = field.width >= 64 ? ~0 : (1 << UInt64(field.width)) - 1
                return (state[field.word] >> UInt64(field.shift)) & mask
            })
    }
}
