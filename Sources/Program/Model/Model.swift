import Syntax

/// One thread: an instance of a THREAD or DAEMON, or the callback of one object.
public struct ModelThread: Sendable {
    public var threadClass: Int
    /// `self` of an instance; for a callback, the number of its object among those that it may be called for.
    public var index: Int
    /// `walker[0]`, or `walker` where there is one instance, `rcu:free_table(ptpages[1])`.
    public var name: String
    public var cpu: Int
    public var programPointCell: CellID
    /// The mask of a callback that waits for its grace period; else 0.
    public var callbackMaskCell: CellID
    /// Of a thread that sleeps on wait queues, else 0: its task state, and the queue that it waits in.
    public var taskStateCell: CellID = 0
    public var waitQueueCell: CellID = 0

    public init(
        threadClass: Int, index: Int, name: String, cpu: Int, programPointCell: CellID, callbackMaskCell: CellID = 0
    ) {
        self.threadClass = threadClass
        self.index = index
        self.name = name
        self.cpu = cpu
        self.programPointCell = programPointCell
        self.callbackMaskCell = callbackMaskCell
    }
}

/// A CPU that threads share or that takes interrupts.
public struct ModelCPU: Sendable {
    public var number: Int
    /// The threads that run there one at a time, and the handlers that run on top of them.
    public var threads: [Int] = []
    public var handlers: [Int] = []
    /// Number plus 1 of the thread that the CPU cannot be taken from, 0 if there is none: under PREEMPTION(FULL) one with
    /// preemption off, else the one that runs. 0 where the CPU is not shared.
    public var keeperCell: CellID = 0
    /// Number plus 1 of the thread that has interrupts off there, or of the handler that runs. 0 where none can come.
    public var interruptCell: CellID = 0

    public init(number: Int) { self.number = number }
}

/// What the instances of one THREAD share.
public struct ThreadClass: Sendable {
    public enum Kind: Sendable {
        case thread
        case daemon
        /// Runs on top of whatever its CPU does, once for each instance, or not at all.
        case interrupt
        /// Idle until `startCallback`; its first step waits for the grace period.
        case callback
        /// Idle until an IPI with code is sent to its CPU; then an interrupt.
        case call
        /// The MMU of a CPU: it may act at any time and need never do so, so it keeps nothing alive.
        case hardware

        /// Waits to be started by a thread.
        public var isStarted: Bool { self == .callback || self == .call }
    }

    public var name: String
    public var kind: Kind
    public var code: Code
    /// Numbers of its instances in `Model.threads`, consecutive.
    public var threads: Range<Int>
    /// Of a callback: the address of the object of each instance.
    public var objects: [CellID]

    public init(name: String, kind: Kind, code: Code, threads: Range<Int>, objects: [CellID] = []) {
        self.name = name
        self.kind = kind
        self.code = code
        self.threads = threads
        self.objects = objects
    }
}

/// A condition over the whole state. Its code has no step; it ends with the result in `result`.
public struct Property: Sendable {
    public enum Kind: String, Sendable {
        case invariant = "INVARIANT"
        case finally = "FINALLY"
        case sometimes = "SOMETIMES"
        case constraint = "CONSTRAINT"
        /// Accepted, not yet judged: EVENTUALLY, ALWAYS_EVENTUALLY, LEADS_TO.
        case temporal = "temporal"
    }

    public var kind: Kind
    public var name: String
    public var code: Code
    public var result: Register
    public var range: SourceRange

    public init(kind: Kind, name: String, code: Code, result: Register, range: SourceRange) {
        self.kind = kind
        self.name = name
        self.code = code
        self.result = result
        self.range = range
    }
}

/// A place of the text that a run may reach.
public struct CoverageItem: Sendable {
    public enum Kind: Sendable {
        case statement
        /// The condition was true (false) when a branch was taken.
        case branch(isTrue: Bool)
    }

    public var kind: Kind
    public var range: SourceRange

    public init(kind: Kind, range: SourceRange) {
        self.kind = kind
        self.range = range
    }
}

/// A failure that an instruction may find: what is reported.
public struct Failure: Sendable {
    public var kind: FailureKind
    /// The ASSERT's or property's name, the variable that overflowed, the OBJECTS name.
    public var name: String
    /// One sentence for the trace: `spin_unlock() of a lock that the thread does not hold`.
    public var message: String
    public var range: SourceRange

    public init(kind: FailureKind, name: String = "", message: String = "", range: SourceRange = .none) {
        self.kind = kind
        self.name = name
        self.message = message
        self.range = range
    }
}

/// What a row of `Model.threadTables` says of each thread.
public enum ThreadRow: Sendable {
    /// Its number plus 1, as an owner cell has it.
    case owner
    case number
    /// `self`.
    case instance
    case cpu
    /// A cell of its own, or the object of a callback.
    case address
    /// Its place among those threads: a bit of a mask, or a cell of a lock that has one for each of them.
    case place(among: [Int])
}

/// A model, lowered: everything that the later stages know of it.
public struct Model: Sendable {
    public var name: String = ""
    public var texts = SourceTexts()
    /// Cell 0 is NULL: it reads as zero and has no bits.
    public var cells: [Cell] = []
    public var storages: [Storage] = []
    /// The cells that pointers of one type may name, ascending, NULL left out.
    public var pointerSets: [[CellID]] = []
    /// By pointer set, what the structs that begin at its cells are called: `ptpages[0]`, where the cell is
    /// `ptpages[0].ptl`. Empty for a set of anything else.
    public var pointerNames: [[CellID: String]] = []
    public var pools: [Pool] = []
    public var slots: [Slot] = []
    public var locks: [LockPlace] = []
    public var lockClasses: [String] = []
    public var domains: [GraceDomain] = []
    public var classes: [ThreadClass] = []
    public var threads: [ModelThread] = []
    /// The CPUs that are shared or interrupted, ascending.
    public var cpus: [ModelCPU] = []
    /// Rows of constants that differ by thread, see `Operand.perThread`. Each has an entry per thread, and a last one for
    /// INIT and properties.
    public var threadTables: [[Int64]] = []
    /// By row of `threadTables`: what its constants are.
    public var threadRows: [ThreadRow] = []
    public var initialization = Code()
    public var properties: [Property] = []
    public var failures: [Failure] = []
    public var coverage: [CoverageItem] = []
    /// Index into `domains` of the RCU domain, whose readers quarantine typesafe slots; nil if nothing waits for it.
    public var rcuDomain: Int?
    /// Remarks of the compiler that are no errors.
    public var warnings: [Diagnostic] = []
    /// `CHECK(…)` and `NO_CHECK(…)` of the text.
    public var checksOn: Set<FailureKind> = []
    public var checksOff: Set<FailureKind> = []
    /// What the verdict says that was not judged: `EVENTUALLY(done)`.
    public var notJudged: [String] = []
    /// The CONFIGs and their values in this variant, as the text writes them: enumerators by name.
    public var configuration: [(name: String, value: String)] = []

    public init() {}

    /// Threads are numbered in masks of 64 bits.
    public static let threadsMax = 64
}
