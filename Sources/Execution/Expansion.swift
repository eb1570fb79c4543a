import Program

/// One step taken: which thread, and which of its successors in that state, counted from 0 in the order of its choices.
public struct Move: Hashable, Sendable {
    public var thread: Int32
    public var choice: Int32

    public init(thread: Int32, choice: Int32) {
        self.thread = thread
        self.choice = choice
    }
}

/// What a thread can do in a state.
public enum ThreadStatus: UInt8, Sendable {
    /// Ended, an idle callback, or hardware: that may have successors, and keeps nothing alive.
    case ended
    /// It has at least one successor or failure.
    case enabled
    /// Its step waits for a condition that others may make true. It may have successors all the same: a spurious wake-up is
    /// a step that can be taken, and nothing to rely on.
    case waitsForCondition
    /// Its step waits for the threads in `Expansion.holders`.
    case waitsForHolders
    /// A check that is off would have failed: the run is given up here, the thread counts as going on.
    case abandoned
}

/// A step that fails.
public struct StepFailure: Hashable, Sendable {
    public var move: Move
    public var kind: FailureKind
    /// Index into `Model.failures`, or -1 for those that an operation finds by itself (a free slot, NULL, …).
    public var failure: Int32
    /// The instruction of the thread's code that failed.
    public var instruction: Int32
    /// The address or value at fault: the cell followed, the index out of range, the value that did not fit.
    public var detail: Int64

    public init(move: Move, kind: FailureKind, failure: Int32, instruction: Int32, detail: Int64) {
        self.move = move
        self.kind = kind
        self.failure = failure
        self.instruction = instruction
        self.detail = detail
    }
}

/// An access that a step is about to make, for data races.
public struct PendingAccess: Sendable {
    public var thread: Int32
    public var instruction: Int32
    public var cell: Int32
    public var isWrite: Bool
    public var isPlain: Bool

    public init(thread: Int32, instruction: Int32, cell: Int32, isWrite: Bool, isPlain: Bool) {
        self.thread = thread
        self.instruction = instruction
        self.cell = cell
        self.isWrite = isWrite
        self.isPlain = isPlain
    }
}

/// What the threads can do in a state: bit n of a mask is thread n.
public struct StatusMasks: Hashable, Sendable {
    public internal(set) var ended: UInt64 = 0
    public internal(set) var waitsForHolders: UInt64 = 0
    public internal(set) var waitsForCondition: UInt64 = 0
    public internal(set) var abandoned: UInt64 = 0

    /// Of a thread that keeps nothing alive, whatever it can do.
    mutating func setEnded(_ bit: UInt64) {
        ended |= bit
        waitsForHolders &= ~bit
        waitsForCondition &= ~bit
        abandoned &= ~bit
    }

    public struct ByThread {
        let masks: StatusMasks

        public subscript(thread: Int) -> ThreadStatus {
            func isIn(_ mask: UInt64) -> Bool { mask >> UInt64(thread) & 1 != 0 }
            if isIn(masks.ended) { return .ended }
            if isIn(masks.waitsForHolders) { return .waitsForHolders }
            if isIn(masks.waitsForCondition) { return .waitsForCondition }
            return isIn(masks.abandoned) ? .abandoned : .enabled
        }
    }
}

/// The successors of one state; reused from state to state, so that expanding allocates nothing.
public struct Expansion: ~Copyable {
    /// Words of a state.
    public let wordCount: Int
    /// Successor n occupies `words[n * wordCount ..< (n + 1) * wordCount]`.
    public private(set) var words: UnsafeMutablePointer<UInt64>
    public private(set) var moves: UnsafeMutablePointer<Move>
    public private(set) var capacity: Int
    public internal(set) var count = 0

    /// What the threads can do, a mask for each; those in none of them go on.
    public internal(set) var masks = StatusMasks()
    /// By thread, where it waits for holders: the mask of those threads.
    public let holders: UnsafeMutablePointer<UInt64>
    public let threadCount: Int

    /// Rare, so plain arrays: empty in nearly every state.
    public internal(set) var failures: [StepFailure] = []
    /// Filled only for steps whose accesses may race.
    public internal(set) var accesses: [PendingAccess] = []

    public init(wordCount: Int, threadCount: Int) {
        self.wordCount = wordCount
        self.threadCount = threadCount
        capacity = 64
        words = .allocate(capacity: capacity * wordCount)
        moves = .allocate(capacity: capacity)
        holders = .allocate(capacity: max(1, threadCount))
        holders.initialize(repeating: 0, count: max(1, threadCount))
    }

    deinit {
        words.deallocate()
        moves.deallocate()
        holders.deallocate()
    }

    /// By thread.
    public var status: StatusMasks.ByThread { StatusMasks.ByThread(masks: masks) }

    /// Makes room for so many successors; drops those that are there.
    mutating func reserve(_ wanted: Int) {
        guard capacity < wanted else { return }
        words.deallocate()
        moves.deallocate()
        capacity = wanted
        words = .allocate(capacity: capacity * wordCount)
        moves = .allocate(capacity: capacity)
        count = 0
    }

    /// Makes room for one more successor.
    @inline(never)
    mutating func grow() {
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * capacity * wordCount)
        larger.update(from: words, count: count * wordCount)
        words.deallocate()
        words = larger
        let moreMoves = UnsafeMutablePointer<Move>.allocate(capacity: 2 * capacity)
        moreMoves.update(from: moves, count: count)
        moves.deallocate()
        moves = moreMoves
        capacity *= 2
    }
}
