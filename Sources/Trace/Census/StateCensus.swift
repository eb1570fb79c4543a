// Where do the states come from? A bounded breadth-first search, and then, of each variable, thread and object: how
// many states would be left if nobody looked at it. The states are projected onto the rest, and the different ones
// counted; the quotient of the two numbers is what the thing costs. A variable that says nothing beyond the others
// costs 1; one that doubles the states costs 2.
//
// The quotients of two things need not multiply: what both of them say is counted with neither.

import Execution
import Program

public struct StateCensus: Sendable {
    /// A variable, and how many times fewer states there were without it.
    public struct Cost: Sendable {
        public var name: String
        public var factor: Double
        /// The different values that were met.
        public var values: Int
    }

    /// Where threads stand, and in how many of the states one of them does.
    public struct Place: Sendable {
        public var thread: String
        public var place: Counterexample.Place?
        public var text: String
        public var states: Int
    }

    /// A loop, and in how many of the states its thread is inside.
    public struct Loop: Sendable {
        public var thread: String
        public var firstLine: Int?
        public var lastLine: Int?
        public var states: Int
    }

    public internal(set) var states = 0
    public internal(set) var stateBits = 0
    /// Whether these are all the states that there are.
    public internal(set) var isWhole = false
    /// By depth: the states that were new there. The last one may be incomplete.
    public internal(set) var levels: [Int] = []
    /// Some index was outside its array: the model is sized for fewer threads or objects than it has.
    public internal(set) var sawOutOfBounds = false
    /// The states that the costs were measured on: all, or those of the first levels.
    public internal(set) var measured = 0
    /// The dearest first.
    public internal(set) var variables: [Cost] = []
    /// Those with the most states first.
    public internal(set) var places: [Place] = []
    public internal(set) var loops: [Loop] = []

    /// A search cannot begin.
    public init(
        model: Model, checks: Set<FailureKind>, statesMax: Int, measuredMax: Int = 50_000,
        isInterrupted: () -> Bool = { false }
    ) throws {
        var search = BoundedSearch(model: model, checks: checks)
        try search.run(statesMax: statesMax, isInterrupted: isInterrupted)
        note(search)
        measured = min(states, measuredMax)
        let projection = Projection(model: model, layout: search.layout, table: search.table, count: measured)
        // In the order of the model where they are alike, whatever the sort does.
        variables = projection.variables().enumerated().sorted {
            ($1.element.factor, $0.offset) < ($0.element.factor, $1.offset)
        }.map(\.element)
        places = projection.places().enumerated().sorted {
            ($1.element.states, $0.offset) < ($0.element.states, $1.offset)
        }.map(\.element)
        loops = projection.loops(AccessSets(model: model)).enumerated().sorted {
            ($1.element.states, $0.offset) < ($0.element.states, $1.offset)
        }.map(\.element)
    }

    /// The states alone, without asking what they come from.
    init(counting model: Model, checks: Set<FailureKind>, statesMax: Int, isInterrupted: () -> Bool) throws {
        var search = BoundedSearch(model: model, checks: checks)
        try search.run(statesMax: statesMax, isInterrupted: isInterrupted)
        note(search)
    }

    private mutating func note(_ search: BoundedSearch) {
        states = search.table.count
        stateBits = search.layout.bitCount
        isWhole = search.isWhole
        sawOutOfBounds = search.sawOutOfBounds
        levels = search.levelSizes
    }
}

/// Breadth-first, until the states are used up or their number is.
private struct BoundedSearch {
    private var machine: WalkMachine
    private(set) var table: StateTable
    private(set) var levelSizes: [Int] = []
    private(set) var isWhole = false
    private(set) var sawOutOfBounds = false
    private let constraints: [Int]

    var layout: StateLayout { machine.layout }

    init(model: Model, checks: Set<FailureKind>) {
        machine = WalkMachine(model: model, checks: checks, ranges: [:])
        table = StateTable(wordCount: machine.layout.wordCount)
        constraints = model.properties.indices.filter { model.properties[$0].kind == .constraint }
    }

    mutating func run(statesMax: Int, isInterrupted: () -> Bool) throws {
        while try !attempt(statesMax: statesMax, isInterrupted) {}
    }

    /// False if a value did not fit: it begins again in a wider layout.
    private mutating func attempt(statesMax: Int, _ isInterrupted: () -> Bool) throws -> Bool {
        let (initial, failures) = machine.initialStates()
        if initial.isEmpty, let failure = failures.first { throw Walk.Trouble.failsAtStart(failure) }
        table = StateTable(wordCount: machine.layout.wordCount)
        levelSizes = []
        isWhole = false
        for state in initial { state.withUnsafeBufferPointer { _ = table.insert($0.baseAddress!) } }
        var expansion = Expansion(wordCount: machine.layout.wordCount, threadCount: machine.model.threads.count)
        var next = 0
        var buffer = [UInt64](repeating: 0, count: machine.layout.wordCount)
        while next < table.count {
            let end = table.count
            levelSizes.append(end - next)
            while next < end {
                if table.count >= statesMax || (next & 0xff == 0 && isInterrupted()) { return true }
                buffer.replaceSubrange(0..<buffer.count, with: table.state(next))
                next += 1
                if !isFollowed(buffer) { continue }
                buffer.withUnsafeBufferPointer { machine.interpreter.expand($0.baseAddress!, into: &expansion) }
                if expansion.failures.contains(where: { $0.kind == .outOfBounds }) { sawOutOfBounds = true }
                for index in 0..<expansion.count {
                    _ = table.insert(UnsafePointer(expansion.words + index * expansion.wordCount))
                }
            }
            if machine.widen() { return false }
        }
        if machine.widen() { return false }
        isWhole = true
        return true
    }

    /// A state that breaks a CONSTRAINT has no successors.
    private func isFollowed(_ words: [UInt64]) -> Bool {
        words.withUnsafeBufferPointer { buffer in
            constraints.allSatisfy { machine.interpreter.evaluate(property: $0, buffer.baseAddress!) }
        }
    }
}
