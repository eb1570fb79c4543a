import Program

/// What became of one state of a batch.
public struct ExpandedState {
    /// What its threads can do.
    public package(set) var masks = StatusMasks()
    /// Its successors: `count` of them, from number `first` of the batch on.
    public package(set) var first: UInt32 = 0
    public package(set) var count: UInt32 = 0
    /// Its accesses that conflict: in `StepBatch.accesses`.
    package var accessFirst: UInt32 = 0
    package var accessCount: UInt32 = 0
    /// Of machine code, 1: the interpreter is to expand this state.
    package var flags: UInt64 = 0

    package init() {}

    public var accesses: Range<Int> { Int(accessFirst)..<Int(accessFirst) + Int(accessCount) }
}

/// The successors of some states that are expanded together, so that the visited set's lines for all of them can be on
/// their way at once. Reused from batch to batch: filling it allocates nothing once it has its size.
public struct StepBatch: ~Copyable {
    /// States that are expanded together.
    public static let statesMax = 64

    /// Words of a state.
    public let wordCount: Int
    public let threadCount: Int
    /// Successor n occupies `words[n * wordCount ..< (n + 1) * wordCount]`.
    public private(set) var words: UnsafeMutablePointer<UInt64>
    public private(set) var moves: UnsafeMutablePointer<Move>
    /// Successors that there is room for.
    public private(set) var capacity: Int
    /// Successors that there are.
    public internal(set) var count = 0
    /// Of a reduction: states gone through, and states in which one thread was taken alone.
    public internal(set) var stepsPassed = 0
    public internal(set) var statesPicked = 0

    /// By state.
    public let states: UnsafeMutablePointer<ExpandedState>
    /// By state, by thread, where it waits for holders: the mask of those threads.
    public let holders: UnsafeMutablePointer<UInt64>

    /// Steps that fail, with the index of their state. Rare, so a plain array.
    public internal(set) var failures: [(state: Int, failure: StepFailure)] = []
    /// Accesses that may race; `ExpandedState.accesses` says whose.
    public internal(set) var accesses: [PendingAccess] = []

    public init(wordCount: Int, threadCount: Int) {
        self.wordCount = wordCount
        self.threadCount = threadCount
        capacity = 1024
        words = .allocate(capacity: capacity * wordCount)
        moves = .allocate(capacity: capacity)
        states = .allocate(capacity: Self.statesMax)
        states.initialize(repeating: ExpandedState(), count: Self.statesMax)
        holders = .allocate(capacity: Self.statesMax * max(1, threadCount))
        holders.initialize(repeating: 0, count: Self.statesMax * max(1, threadCount))
    }

    deinit {
        words.deallocate()
        moves.deallocate()
        states.deallocate()
        holders.deallocate()
    }

    /// Makes it as if some state had this one as its only successor.
    public mutating func setSingle(_ state: [UInt64]) {
        removeAll()
        for (index, word) in state.enumerated() { words[index] = word }
        count = 1
        states[0] = ExpandedState()
        states[0].count = 1
    }

    mutating func removeAll() {
        count = 0
        stepsPassed = 0
        statesPicked = 0
        if !failures.isEmpty { failures.removeAll(keepingCapacity: true) }
        if !accesses.isEmpty { accesses.removeAll(keepingCapacity: true) }
    }

    /// Makes room for so many more successors.
    mutating func reserve(_ more: Int) {
        guard capacity - count < more else { return }
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * wordCount)
        larger.update(from: words, count: count * wordCount)
        words.deallocate()
        words = larger
        let moreMoves = UnsafeMutablePointer<Move>.allocate(capacity: capacity)
        moreMoves.update(from: moves, count: count)
        moves.deallocate()
        moves = moreMoves
    }

    /// Takes all but the successors of what the interpreter has of a state; those are appended one by one.
    mutating func beginState(_ expansion: borrowing Expansion, _ state: Int) {
        holders.advanced(by: state * threadCount).update(from: expansion.holders, count: threadCount)
        var record = ExpandedState()
        record.masks = expansion.masks
        record.first = UInt32(count)
        record.accessFirst = UInt32(accesses.count)
        record.accessCount = UInt32(expansion.accesses.count)
        states[state] = record
        if !expansion.accesses.isEmpty { accesses += expansion.accesses }
        for failure in expansion.failures { failures.append((state, failure)) }
    }

    mutating func append(_ successor: UnsafePointer<UInt64>, _ move: Move, _ state: Int) {
        reserve(1)
        words.advanced(by: count * wordCount).update(from: successor, count: wordCount)
        moves[count] = move
        count += 1
        states[state].count += 1
    }

    /// Takes what the interpreter has of a state.
    mutating func take(_ expansion: borrowing Expansion, for state: Int) {
        reserve(expansion.count)
        words.advanced(by: count * wordCount).update(from: expansion.words, count: expansion.count * wordCount)
        moves.advanced(by: count).update(from: expansion.moves, count: expansion.count)
        holders.advanced(by: state * threadCount).update(from: expansion.holders, count: threadCount)
        var record = ExpandedState()
        record.masks = expansion.masks
        record.first = UInt32(count)
        record.count = UInt32(expansion.count)
        record.accessFirst = UInt32(accesses.count)
        record.accessCount = UInt32(expansion.accesses.count)
        states[state] = record
        count += expansion.count
        if !expansion.accesses.isEmpty { accesses += expansion.accesses }
        for failure in expansion.failures { failures.append((state, failure)) }
    }
}
