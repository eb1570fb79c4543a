import Program

/// All that a step did, recorded when a counterexample is executed again.
public struct StepRecord: Sendable {
    public enum Event: Sendable {
        case read(cell: CellID, value: Int64)
        case wrote(cell: CellID, old: Int64, new: Int64)
        /// A variable of the thread got a value.
        case assigned(register: Register, value: Int64)
        case acquired(cell: CellID, use: LockUse)
        case released(cell: CellID)
        case allocated(slot: Int)
        case freed(slot: Int)
        /// A typesafe slot that nobody may follow any more.
        case gone(slot: Int)
        case chose(value: Int64)
        case startedCallback(thread: Int)
    }

    public var move: Move
    /// The step's index in its thread's code.
    public var step: Int
    /// In order; the instruction that each belongs to beside it.
    public var events: [(instruction: Int, event: Event)]
    /// Set if the step failed; `after` is then what the state had become by then.
    public var failure: StepFailure?
    /// The state after the step.
    public var after: [UInt64]
    /// The value that the step's text shows as its result (`Step.result`), if it has one.
    public var result: Int64?

    public init(
        move: Move, step: Int, events: [(instruction: Int, event: Event)], failure: StepFailure?, after: [UInt64],
        result: Int64?
    ) {
        self.move = move
        self.step = step
        self.events = events
        self.failure = failure
        self.after = after
        self.result = result
    }
}
