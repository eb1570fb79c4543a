// The state of a protocol as the naive explorer keeps it: plain values, nothing packed, nothing shared.

/// What goes wrong, by the words of EXPECT, in DESIGN's order of preference.
enum Fault: Int, Comparable, CaseIterable {
    case useAfterFree, doubleFree, freeOfLocked, nullDereference, outOfBounds
    case badUnlock, recursiveLock, lockHeldAtExit
    case sleepInAtomic, unbalanced
    case refcount, overflow, assertion, violated, deadlock, unreached

    static func < (a: Fault, b: Fault) -> Bool { a.rawValue < b.rawValue }

    var word: String {
        switch self {
        case .useAfterFree: "USE_AFTER_FREE"
        case .doubleFree: "DOUBLE_FREE"
        case .freeOfLocked: "FREE_OF_LOCKED"
        case .nullDereference: "NULL_DEREF"
        case .outOfBounds: "OUT_OF_BOUNDS"
        case .badUnlock: "BAD_UNLOCK"
        case .recursiveLock: "RECURSIVE_LOCK"
        case .lockHeldAtExit: "LOCK_HELD_AT_EXIT"
        case .sleepInAtomic: "SLEEP_IN_ATOMIC"
        case .unbalanced: "UNBALANCED"
        case .refcount: "REFCOUNT"
        case .overflow: "OVERFLOW"
        case .assertion: "ASSERTION"
        case .violated: "VIOLATED"
        case .deadlock: "DEADLOCK"
        case .unreached: "UNREACHED"
        }
    }
}

/// What a thread has still to do, last item first: its position.
enum Item: Hashable {
    case statement(Statement)
    /// The operands of a statement are on the stack: what is left of it, within the thread (`finish`) or a step (`store`).
    case finish(Statement)
    case loadOld(Statement)
    case store(Statement)
    case loop(Statement)
    case test(Statement)
    case discard
    case endAtomic
    case evaluate(Expression)
    case address(Place)
    case resolve(Place)
    case apply(Expression)
    case shortCircuit(Expression)
    case arms(Expression)
    case loadPlace(Expression)
    case bumped(Expression)
    case storePlace(Expression)
    case call(Expression)
    /// The second step of a call that has two: the end of a wait, the lock after its interrupts.
    case second(Expression)
    /// The first step of an interrupt.
    case comes
    /// The parts of a wait_event() after its condition, and its steps.
    case wait(Statement, WaitPart)
}

enum WaitPart: Hashable {
    case firstTest, queue, test, sleep, leave
}

struct ThreadState: Hashable {
    var items: [Item] = []
    var values: [Int] = []
    var locals: [Int] = []
    var atomicDepth = 0
    var readSections = 0
    var preemptOff = 0
    var irqsOff = false
    /// The readers that a synchronize_rcu(), a synchronize_srcu() or an IPI still waits for, bit n for thread n.
    var waitsForRCU = 0
    var waitsForSRCU = 0
    var waitsForIPI = 0
    /// It spins with preemption off, having begun to.
    var spins = false
    /// Of an interrupt.
    var hasCome = false
    /// Its task state is not TASK_RUNNING; the wait queue that it is in.
    var isAsleep = false
    var queue: Int?

    var hasEnded: Bool { items.isEmpty }
}

struct Semaphore: Hashable {
    /// Number of the thread plus 1.
    var writer = 0
    var reads: [Int]
    var waitingReaders = 0
    var waitingWriters = 0
    /// By thread: the writers that it has to let go first.
    var behind: [Int]

    var isRead: Bool { reads.contains { $0 != 0 } }
}

struct SequenceCounter: Hashable {
    var count = 0
    /// By thread: 0 outside, else 1 plus the increments since it began, as far as they matter.
    var since: [Int]
}

struct NaiveState: Hashable {
    /// Everything that is one number. Cell 0 is NULL. A lock's number is its owner's plus 1.
    var cells: [Int]
    /// By slot.
    var live: [Bool]
    /// By slot: a kfree_rcu() that is under way, and the readers that it waits for.
    var pending: [Int?]
    // By number of the global; empty for others.
    var semaphores: [Int: Semaphore] = [:]
    var sequences: [Int: SequenceCounter] = [:]
    var completions: [Int: [Int]] = [:]
    /// By global, by thread: depth of srcu_read_lock().
    var sleepable: [Int: [Int]] = [:]
    var threads: [ThreadState]
    /// By CPU, under VOLUNTARY and NONE: number of the thread that runs there plus 1, until it lets another one.
    var running: [Int: Int] = [:]
}
