// What one thread may do, memory left open: the graph of its program points and locals.
//
// A node is a program point with the values of those live registers that decide where the thread goes and what it
// touches; the others are left out. An edge is one way in which the step at that node may run, found by running it
// abstractly: a load yields every value that the cell can hold, one way each, and the edge remembers which values it
// has assumed. On an edge all addresses are numbers, so what it reads and writes is a set of places, not of names.
//
// This is the abstraction of thread-modular reasoning (Flanagan and Qadeer, "Thread-Modular Model Checking", SPIN 2003)
// without its environment assumptions, and the "one transition per local valuation" of mask-table model compilers.
//
// Sound if every execution of a step, in any state, is covered by an edge from the thread's node to its next one: the
// values that were read before anything was written there are among those assumed, and what was read, written, cleared
// and started is in the edge's sets. Where a value is not known, both ways of a branch are taken and an address stands
// for all cells of `PointsTo`. A state belongs to exactly one node of each thread, or the thread has ended.

/// A condition on what a cell held before the step: bit n of `values` allows the packed value n.
public struct CellAssumption: Hashable, Sendable {
    public var cell: CellID
    public var values: UInt64
}

/// One way in which the step at a node may run.
public struct LocalEdge: Sendable {
    public enum Outcome: Sendable {
        case goesOn(node: Int)
        case ends
        case fails
        case waits
    }

    public var source: Int
    public var outcome: Outcome
    public var reads: CellSet
    /// Own program points only where others can tell the difference.
    public var writes: CellSet
    /// Masks in which the thread's own bit may be cleared: two such changes do not disturb each other.
    public var clears: CellSet
    /// Cells of locks that were only asked whether this thread holds them.
    public var holdTests: CellSet
    /// At most one for each cell.
    public var assumptions: [CellAssumption]
    /// By written cell: the packed values that it may have afterwards; cells that are not listed may have any.
    public var stored: [CellAssumption]
    /// By written cell: how much more it holds afterwards than before, where that is known. At most one for each cell.
    public var changes: [CellChange]
    /// Callback threads that it starts.
    public var starts: [Int]
}

/// A cell holds so much more after a step than before it.
public struct CellChange: Hashable, Sendable {
    public var cell: CellID
    public var more: Int64
}

/// A register that tells the nodes of one program point apart.
public struct TrackedRegister: Sendable {
    public var register: Register
    public var field: BitField
}

public struct LocalGraph: Sendable {
    public let thread: Int
    /// By node.
    public internal(set) var steps: [Int] = []
    public internal(set) var values: [[Int64]] = []
    public internal(set) var edges: [LocalEdge] = []
    /// By node: its edges.
    public internal(set) var edgesFrom: [[Int]] = []
    /// Nodes in which the thread may begin; of a callback, the one in which it is started.
    public internal(set) var starts: [Int] = []
    /// By step.
    public internal(set) var tracked: [[TrackedRegister]] = []
    var numbers: [NodeKey: Int] = [:]

    struct NodeKey: Hashable {
        var step: Int
        var values: [Int64]
    }

    init(thread: Int) { self.thread = thread }

    /// The node of a program point with these values of its tracked registers, if a run may get there.
    public func node(step: Int, values: [Int64]) -> Int? { numbers[NodeKey(step: step, values: values)] }

    /// How many values a field tells apart; 0 if that does not fit in a mask.
    package static func valueCount(_ field: BitField, _ model: Model) -> Int {
        if field.pointerSet >= 0 {
            let count = model.pointerSets[field.pointerSet].count + 1
            return count <= 64 ? count : 0
        }
        let span = UInt64(bitPattern: field.high &- field.low)
        return span < 64 ? Int(span) + 1 : 0
    }

    /// The value that a field's packed form stands for.
    package static func value(_ field: BitField, packed: Int, _ model: Model) -> Int64 {
        guard field.pointerSet >= 0 else { return field.low &+ Int64(packed) }
        return packed == 0 ? 0 : Int64(model.pointerSets[field.pointerSet][packed - 1])
    }

    /// How a field packs a value; nil if it cannot hold it or has too many.
    package static func packed(_ field: BitField, _ value: Int64, _ model: Model) -> Int? {
        let count = valueCount(field, model)
        if field.pointerSet < 0 {
            let raw = UInt64(bitPattern: value &- field.low)
            return raw < UInt64(count) ? Int(raw) : nil
        }
        if value == 0 { return 0 }
        guard count > 0, let index = model.pointerSets[field.pointerSet].firstIndex(of: Int(truncatingIfNeeded: value))
        else { return nil }
        return index + 1
    }
}

/// Where the graphs stop being worth their price; a thread beyond them is not analysed.
enum LocalGraphLimits {
    static let nodes = 3_000
    static let edges = 24_000
    /// Instructions run for one node, and for one graph.
    static let nodeWork = 60_000
    static let work = 3_000_000
    /// Values that a register may have to be told apart, and those that a load may yield.
    static let values = 16
    static let loadedValues = 32
    /// Bits of the registers by which the nodes of one program point are looked up.
    static let bits = 12
    /// Nodes that one value left open may be split into.
    static let split = 64
}

/// What the graphs of all threads have in common.
public struct LocalGraphContext: Sendable {
    public let model: Model
    public let layout: StateLayout
    /// The checks that are on.
    public let checks: Set<FailureKind>
    let access: AccessSets
    /// By thread, by step and one more for its end: two steps with the same number look alike to `ended()` and `at()`.
    let observed: [[Int]]

    public init(model: Model, layout: StateLayout, checks: Set<FailureKind>, access: AccessSets) {
        self.model = model
        self.layout = layout
        self.checks = checks
        self.access = access
        observed = Self.observedPoints(model)
    }

    private static func observedPoints(_ model: Model) -> [[Int]] {
        var labels = [Set<String>](repeating: [], count: model.classes.count)
        var isEndSeen = model.classes.map { $0.kind == .callback }
        let codes = model.classes.map(\.code) + model.properties.map(\.code) + [model.initialization]
        for instruction in codes.flatMap(\.instructions) {
            switch instruction.operation {
            case .ended(_, let threadClass, _): isEndSeen[threadClass] = true
            case .atLabel(_, let threadClass, _, let label): labels[threadClass].insert(label)
            default: break
            }
        }
        let byClass = model.classes.indices.map { number in
            let code = model.classes[number].code
            let reached = labels[number].sorted().compactMap { code.labels[$0] }.map { code.stepsReached(from: $0) }
            var numbers: [[Bool]: Int] = [:]
            let blocks = (0...code.steps.count).map { step in
                let key = [isEndSeen[number] && step == code.steps.count] + reached.map { $0.contains(step) }
                let block = numbers[key] ?? numbers.count
                numbers[key] = block
                return block
            }
            return blocks
        }
        return model.threads.map { byClass[$0.threadClass] }
    }
}

extension LocalGraph {
    /// The graph of one thread; nil if it is too large.
    public init?(_ context: LocalGraphContext, thread: Int) {
        var builder = LocalGraphBuilder(context, thread: thread)
        guard builder.build() else { return nil }
        self = builder.graph
    }
}
