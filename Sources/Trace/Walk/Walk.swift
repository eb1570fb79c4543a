import Execution
import Program

/// A run that grows and shrinks, executed by the interpreter with everything written down: by hand in `lockwalk
/// replay`, by dice in `lockwalk simulate`.
public struct Walk {
    /// Why a walk cannot begin.
    public enum Trouble: Error {
        /// INIT fails, or what a thread does before its first step.
        case failsAtStart(StepFailure)
        case noSuchInitialState(count: Int)
    }

    private(set) var machine: WalkMachine
    /// Index into the initial states.
    public let initial: Int
    /// The state in which it begins.
    private(set) var start: [UInt64]
    public private(set) var records: [StepRecord] = []
    let names: Names

    public var model: Model { machine.model }
    public var ranges: InferredRanges { machine.ranges }
    var currentLayout: StateLayout { machine.layout }
    public var moves: [Move] { records.map(\.move) }

    public init(
        model: Model, checks: Set<FailureKind>, ranges: InferredRanges = [:], initial: Int = 0
    ) throws(Trouble) {
        machine = WalkMachine(model: model, checks: checks, ranges: ranges)
        let (states, failures) = machine.initialStates()
        guard states.indices.contains(initial) else {
            if let failure = failures.first { throw .failsAtStart(failure) }
            throw .noSuchInitialState(count: states.count)
        }
        self.initial = initial
        start = states[initial]
        names = Names(model: model)
    }

    // MARK: Walking

    private var words: [UInt64] { records.last?.after ?? start }

    /// Whether the last step failed: nothing comes after it.
    public var hasFailed: Bool { records.last?.failure != nil }

    /// What can be done where the walk stands.
    public mutating func look() -> Moment {
        while true {
            let moment = Self.look(at: words, machine)
            if !machine.widen() { return moment }
            again()
        }
    }

    private static func look(at words: [UInt64], _ machine: WalkMachine) -> Moment {
        var expansion = Expansion(wordCount: machine.layout.wordCount, threadCount: machine.model.threads.count)
        words.withUnsafeBufferPointer { machine.interpreter.expand($0.baseAddress!, into: &expansion) }
        return Moment(expansion, words: words)
    }

    /// Takes a step; false if there is no such step here.
    public mutating func take(_ move: Move) -> Bool {
        guard !hasFailed, model.threads.indices.contains(Int(move.thread)), move.choice >= 0 else { return false }
        guard look().moves.contains(move), let record = machine.interpreter.record(words, move: move) else {
            return false
        }
        records.append(record)
        return true
    }

    /// Goes back to where so many steps had been taken.
    public mutating func goBack(to count: Int) {
        records.removeLast(max(0, records.count - max(0, count)))
    }

    /// Executes everything once more, in a new layout.
    private mutating func again() {
        let moves = self.moves
        let states = machine.initialStates().states
        precondition(states.indices.contains(initial), "an initial state is lost")
        start = states[initial]
        records = []
        for move in moves {
            let record = machine.interpreter.record(words, move: move)
            precondition(record != nil, "a step is lost in a wider layout")
            records.append(record!)
        }
    }

    // MARK: Telling

    /// The walk as a run, for the sentences about it.
    mutating func run() -> Run { run(look()) }

    func run(_ moment: Moment) -> Run {
        Run(model: model, layout: machine.layout, initial: start, records: records, holders: moment.holders)
    }

    func isFalse(property index: Int) -> Bool {
        !words.withUnsafeBufferPointer { machine.interpreter.evaluate(property: index, $0.baseAddress!) }
    }
}
