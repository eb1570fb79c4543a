import Syntax

/// Number of a register of one `Code`; registers hold 64-bit integers while a step runs, and those that are live at a
/// step's beginning are part of the state.
public typealias Register = Int

/// Number of a cell of shared memory; 0 is NULL. A pointer's value is the number of the cell that it names, and a struct
/// occupies consecutive cells, so `&p->field` is an addition.
public typealias CellID = Int

/// A value that an instruction reads.
public enum Operand: Hashable, Sendable {
    case register(Register)
    case constant(Int64)
    /// A constant that differs from thread to thread: the row of `Model.threadTables` with this index, at the
    /// thread's number. Keeps the code of a THREAD's instances the same, as symmetry needs it.
    case perThread(Int)
}

public enum UnaryOperation: Sendable {
    case negate
    case complement
    /// 1 if the operand is zero, else 0.
    case isZero
}

/// All work on 64-bit integers; results are brought to their C type by a following `convert`.
/// A divisor is checked, and a shift's width too, before the instruction runs.
public enum BinaryOperation: Sendable {
    case add, subtract, multiply
    case divideSigned, divideUnsigned, remainderSigned, remainderUnsigned
    case and, or, exclusiveOr
    case shiftLeft, shiftRightSigned, shiftRightUnsigned
    case equal, notEqual
    case lessSigned, lessOrEqualSigned, lessUnsigned, lessOrEqualUnsigned
    /// Population count and others are composed; these two serve masks: `a & ~b`, and 1 if `a` has bit `b`.
    case andNot, hasBit
}

/// The width and sign that C gives a value.
public struct IntegerShape: Hashable, Sendable {
    public var bits: Int
    public var isSigned: Bool

    public init(bits: Int, isSigned: Bool) {
        self.bits = bits
        self.isSigned = isSigned
    }

    /// The values of that shape. (The upper half of an unsigned one of 64 bits is kept as negative numbers, as the registers
    /// do.)
    public var range: ClosedRange<Int64> {
        if bits >= 64 { return Int64.min...Int64.max }
        let half = Int64(1) << Int64(bits - 1)
        return isSigned ? -half...(half - 1) : 0...(half - 1 + half)
    }
}

public enum Ordering: Sendable {
    case relaxed, acquire, release, full
}

/// How an access to shared memory counts for races and for weak memory.
public struct Access: Sendable {
    public enum Kind: Sendable {
        /// Written as ordinary C: may race.
        case plain
        /// `READ_ONCE`, an atomic operation, or anything inside ATOMIC, `wait_until`, INIT.
        case marked
        /// Of the proof, or the inside of a lock: takes part in no race.
        case hidden
    }

    public var kind: Kind
    public var ordering: Ordering
    public var isGhost: Bool
    /// Of a TLB entry: a pointer that is loaded so came from a TLB.
    public var isTranslation: Bool

    public init(
        _ kind: Kind, _ ordering: Ordering = .relaxed, isGhost: Bool = false, isTranslation: Bool = false
    ) {
        self.kind = kind
        self.ordering = ordering
        self.isGhost = isGhost
        self.isTranslation = isTranslation
    }

    /// The inside of a lock or a CPU: of no interest to races.
    public var isHidden: Bool {
        if case .hidden = kind { return !isGhost }
        return false
    }

    public static let ghost = Access(.hidden, isGhost: true)
    public static let hidden = Access(.hidden)
    public static let translation = Access(.hidden, isTranslation: true)
}

public enum Fence: Sendable {
    case full, read, write, compiler
}

/// What following a pointer is about to do, for the message when the place is gone.
public enum PlaceUse: Sendable {
    case read, write, lock
}

/// Whom a thread waits for while a step's `await` is false.
public enum Wait: Sendable {
    /// Anybody who writes what the condition reads.
    case condition
    /// A thread number mask (bit n is thread n): each of them must move on. Stuck if any of them is stuck.
    case holders(Operand)
    /// The readers in a mask over the readers of the domain whose first cell is `domain`; each must leave.
    case grace(domain: Operand, mask: Operand)
}

/// One instruction. A thread's code is a list of them; control falls through to the next unless said otherwise.
public enum Operation: Sendable {
    /// A step begins here: index into `Code.steps`. Everything up to the next one is done at once; no marker is
    /// emitted inside an ATOMIC.
    case step(Int)

    // Computing
    case move(Register, Operand)
    case unary(UnaryOperation, Register, Operand)
    case binary(BinaryOperation, Register, Operand, Operand)
    /// Wraps a value to a C type's width and sign.
    case convert(Register, Operand, IntegerShape)
    /// `base + offset` cells; NULL stays NULL.
    case fieldAddress(Register, base: Operand, offset: Operand)
    /// `base + index * stride`, NULL stays NULL. An index outside `0..<count` fails (OUT_OF_BOUNDS), or gives NULL
    /// where `isGhost`.
    case elementAddress(Register, base: Operand, index: Operand, count: Int, stride: Int, isGhost: Bool)
    /// Element of an array of registers: `registers[first + index * stride + offset]`; bounds as above.
    case loadElement(Register, first: Register, index: Operand, count: Int, stride: Int, offset: Int)
    case storeElement(first: Register, index: Operand, count: Int, stride: Int, offset: Int, value: Operand)

    // Control
    case jump(Int)
    /// To the first target if the operand is not zero, else to the second.
    case branch(Operand, Int, Int)
    /// The thread, callback, property or INIT ends.
    case end

    // Memory
    case load(Register, Operand, Access)
    /// Stores; a value outside a fixed range fails (OVERFLOW). A ghost store to a free object is dropped.
    case store(Operand, Operand, Access)
    /// Fails if the address is NULL, in a free slot (USE_AFTER_FREE), or stale where that is checked. If the last operand is
    /// not zero the pointer came from a TLB, and what is wrong with it is STALE_TLB.
    case checkPlace(Operand, PlaceUse, fromTLB: Operand = .constant(0))
    /// 1 if the address lies in a live object or in no object at all; 0 for NULL and free slots.
    case live(Register, Operand)
    /// The address of a free slot of the pool, which becomes live; NULL when there is none. One successor for each
    /// free slot; in INIT the lowest.
    case allocate(Register, pool: Int)
    case free(Operand)

    // Proof: other threads
    /// 1 if instance `index` of the class does not exist or has ended.
    case ended(Register, threadClass: Int, index: Operand)
    /// 1 if the next step of instance `index` of the class is one of those that follow the label.
    case atLabel(Register, threadClass: Int, index: Operand, label: String)

    // Choice, blocking, failing
    /// Any value of `low...high`, one successor each.
    case choose(Register, low: Operand, high: Operand)
    /// The step is enabled only if the operand is not zero.
    case await(Operand, Wait)
    /// The thread goes on though nobody has woken it: a spurious wake-up, a signal. Such an outcome need never come, so it
    /// is none by which a thread that waits can be said to go on.
    case spurious
    /// Fails if the operand is zero: index into `Model.failures`.
    case check(Operand, failure: Int)

    // Grace periods
    /// Stores into the cell `into` the mask of those readers of the domain (address of its first cell) that are inside
    /// now, the thread itself left out.
    case graceBegin(domain: Operand, into: Operand)
    /// If the thread is no longer inside the domain, clears its bit in every mask that waits for it.
    case quiesce(domain: Operand)
    /// Starts the callback thread of this class for the object at `object`; its mask (cell `mask` of that thread's
    /// context) is the readers of the domain that are inside now. Fails (DOUBLE_FREE) if it is already under way.
    case startCallback(threadClass: Int, object: Operand, domain: Operand)

    // Remarks, which do nothing to the state
    /// The thread has acquired (or released) the lock whose first cell is the operand.
    case acquired(Operand, LockUse)
    case released(Operand)
    /// Fails (LOCK_HELD_AT_EXIT) if the thread holds a lock.
    case checkNoLockHeld
    /// Fails (ASSERTION) unless the thread holds the lock, for writing where `isWrite`.
    case checkLockHeld(Operand, isWrite: Bool)
    case fence(Fence)
    /// Index into `Model.coverage`.
    case cover(Int)
    /// Two pointers were compared and found equal: under `CHECK(STALE_POINTER)` a stale one is current again.
    case refine(Register, Register)
}

public struct LockUse: Sendable {
    public var isTry: Bool
    public var isShared: Bool
    /// A `_nested` form: same-class nesting is intended.
    public var subclass: Int
    public var sleeps: Bool

    public init(isTry: Bool = false, isShared: Bool = false, subclass: Int = 0, sleeps: Bool = false) {
        self.isTry = isTry
        self.isShared = isShared
        self.subclass = subclass
        self.sleeps = sleeps
    }
}

public struct Instruction: Sendable {
    public var operation: Operation
    public var range: SourceRange
    /// One of several that together do the same for every thread that a lock knows of: its constants name one of them,
    /// the others name the rest.
    public var isForEachThread: Bool

    public init(_ operation: Operation, _ range: SourceRange, isForEachThread: Bool = false) {
        self.operation = operation
        self.range = range
        self.isForEachThread = isForEachThread
    }
}

/// What a step is, for traces and analyses.
public struct Step: Sendable {
    public enum Kind: String, Sendable {
        case load, store, readModifyWrite, atomic, waitUntil, lock, trylock, unlock, allocate, free, choice, skip
        case enterSection, leaveSection, beginWait, endWait, callback, other
    }

    public var kind: Kind
    /// The statement or call as the text has it, white space folded: `spin_lock(&pt->ptl)`.
    public var text: String
    /// The name of the function that it stands in, after inlining: `walker`, `pte_lock`.
    public var function: String
    public var range: SourceRange
    /// The calls through which inlining came here, innermost last.
    public var callSites: [SourceRange]
    public var ordering: Ordering
    /// The result that the trace shows behind the text, if any: the register that holds it when the access is done.
    public var result: Register?
    /// By value, what its choice comes to: `a signal`. Nil where the number itself is of interest.
    public var choiceNames: [Int64: String]?

    public init(
        kind: Kind, text: String, function: String, range: SourceRange, callSites: [SourceRange] = [],
        ordering: Ordering = .relaxed, result: Register? = nil
    ) {
        self.kind = kind
        self.text = text
        self.function = function
        self.range = range
        self.callSites = callSites
        self.ordering = ordering
        self.result = result
    }
}

/// The place of a register in the program text and how its value is kept in the state.
public struct RegisterInfo: Sendable {
    /// A variable's name; nil for a temporary.
    public var name: String?
    public var range: SourceRange
    /// Index into `Model.storages`.
    public var storage: Int
    /// Registers of one array are live together: the first register of the array, else nil.
    public var arrayFirst: Register?
    public var arrayCount: Int
    /// A GHOST local.
    public var isGhost: Bool

    public init(
        name: String?, range: SourceRange, storage: Int, arrayFirst: Register? = nil, arrayCount: Int = 1,
        isGhost: Bool = false
    ) {
        self.name = name
        self.range = range
        self.storage = storage
        self.arrayFirst = arrayFirst
        self.arrayCount = arrayCount
        self.isGhost = isGhost
    }
}

/// The code of a THREAD, a callback, INIT or a property, with all functions inlined.
public struct Code: Sendable {
    public var instructions: [Instruction] = []
    public var registers: [RegisterInfo] = []
    public var steps: [Step] = []
    /// Where each label leads: instruction index.
    public var labels: [String: Int] = [:]

    public init() {}
}
