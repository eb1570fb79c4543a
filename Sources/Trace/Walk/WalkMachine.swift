import Execution
import Program
import Search

/// The interpreter of a walk, and the layout that it works on.
///
/// A search finds out the ranges of counters as it goes, and so does a walk: where a value does not fit, the ranges are
/// widened and the walk executes its moves again. Moves mean the same in every layout.
struct WalkMachine {
    let model: Model
    let checks: Set<FailureKind>
    private let liveness: [Liveness]
    private(set) var ranges: InferredRanges
    private(set) var layout: StateLayout
    private(set) var interpreter: Interpreter

    init(model: Model, checks: Set<FailureKind>, ranges: InferredRanges) {
        self.model = model
        self.checks = checks
        self.ranges = ranges
        liveness = model.liveness()
        layout = StateLayout(
            model: model, liveness: liveness, ranges: ranges, tracksStalePointers: checks.contains(.stalePointer))
        interpreter = Interpreter(
            model: model, layout: layout, options: ExecutionOptions(checks: checks, recordAccesses: true))
    }

    /// Takes in what did not fit the last layout. False if everything did.
    mutating func widen() -> Bool {
        let met = interpreter.widenings
        if met.isEmpty { return false }
        self = WalkMachine(model: model, checks: checks, ranges: widened(ranges, by: met, model: model))
        return true
    }

    /// The states in which a run may begin; in their order the number of each is the same in every layout.
    mutating func initialStates() -> (states: [[UInt64]], failures: [StepFailure]) {
        while true {
            let found = interpreter.initialStates()
            if !widen() { return found }
        }
    }
}

/// What the threads can do in one state.
public struct Moment: Sendable {
    public var words: [UInt64]
    /// By thread.
    public var status: [ThreadStatus]
    /// By thread: whom it waits for, where it waits for the holders of something.
    public var holders: [UInt64]
    /// All steps that can be taken, those that fail among them, by thread and choice.
    public var moves: [Move]
    public var failures: [StepFailure]
    /// What the threads are about to read and write.
    var accesses: [PendingAccess]

    /// As a search judges it.
    var judged: JudgedState { JudgedState(words: words, status: status, holders: holders, accesses: accesses) }

    public func moves(of thread: Int) -> [Move] { moves.filter { Int($0.thread) == thread } }

    init(_ expansion: borrowing Expansion, words: [UInt64]) {
        self.words = words
        status = (0..<expansion.threadCount).map { expansion.status[$0] }
        holders = []
        for thread in 0..<expansion.threadCount {
            holders.append(expansion.status[thread] == .waitsForHolders ? expansion.holders[thread] : 0)
        }
        failures = expansion.failures
        accesses = expansion.accesses
        moves = (0..<expansion.count).map { expansion.moves[$0] } + failures.map(\.move)
        moves.sort { ($0.thread, $0.choice) < ($1.thread, $1.choice) }
    }
}
