import Syntax

/// The settings of a model: RCU_FLAVOR, LOCKS, PREEMPTION, WIDTH.
struct ModelSettings {
    enum RCUFlavor: Int64 {
        case consolidated = 0
        case preemptOnly = 1
    }

    enum LockPolicy: Int64 {
        case writerQueued = 0
        case readerPreference = 1
        /// Sleeping locks are handed over in the order in which threads came.
        case fifo = 2
    }

    /// When threads that share a CPU switch, beside where they wait.
    enum Preemption: Int64 {
        case full = 0
        case voluntary = 1
        case none = 2

        /// The words of PREEMPTION, which are words nowhere else.
        static let words: [String: Int64] = ["FULL": 0, "VOLUNTARY": 1, "NONE": 2]
    }

    var rcuFlavor = RCUFlavor.consolidated
    var lockPolicy = LockPolicy.writerQueued
    var preemption = Preemption.full
    var widths: [String: Int] = [:]
    var widthRanges: [String: SourceRange] = [:]
    var cpuCount = 0

    /// Masks over threads are numbers of the state, so a few bits of the 64 are left free.
    static let threadsMax = 60

    mutating func set(_ name: Name, _ value: Int64, _ range: SourceRange, _ diagnostics: inout Diagnostics) {
        switch name.text {
        case "RCU_FLAVOR":
            guard let flavor = RCUFlavor(rawValue: value) else {
                diagnostics.add(.badSetting(range, name.text, "CONSOLIDATED or PREEMPT_ONLY"))
                return
            }
            rcuFlavor = flavor
        case "LOCKS":
            guard let policy = LockPolicy(rawValue: value) else {
                diagnostics.add(.badSetting(range, name.text, "WRITER_QUEUED, READER_PREFERENCE or FIFO"))
                return
            }
            lockPolicy = policy
        default:
            guard let kind = Preemption(rawValue: value) else {
                diagnostics.add(.badSetting(range, name.text, "FULL, VOLUNTARY or NONE"))
                return
            }
            preemption = kind
        }
    }
}

/// Which constant of a thread an operand names.
enum ThreadTable: Hashable {
    /// The thread's number plus 1: what an owner cell holds.
    case owner
    /// The thread's number.
    case number
    case selfIndex
    case cpu
    case programPoint
    case context(ContextField)
    /// Bit or cell offset of the thread among a lock type's readers, writers or updaters.
    case reader(BuiltinType)
    case writer(BuiltinType)
    case updater(BuiltinType)
    /// The object of a callback.
    case callbackObject
    case callbackMask
    /// Where the entries of the own CPU begin in a TLB.
    case tlb(String)
    /// The cells of the thread's CPU: who keeps it, and who has its interrupts off.
    case cpuCell, interruptCell
    /// The program point of the instance of an INTERRUPT that comes before on that CPU, and its bit; 0 where there is none.
    case earlierInterrupt, earlierInterruptMask
    /// The thread that runs a function that smp_call_function_single() sends to a CPU, and what belongs to it.
    case callPoint(function: String, cpu: Int), callNumber(function: String, cpu: Int)
    case callArgument
    case calledArgument(function: String, cpu: Int)
}

enum Words {
    /// Names of the header that are no functions.
    static let reserved: Set<String> = [
        "self", "CONFIG", "THREAD", "THREAD_ON", "DAEMON", "INTERRUPT", "PREEMPTION", "INIT", "OBJECTS", "GHOST",
        "PER_CPU", "REGISTER", "ATOMIC", "ASSERT", "INVARIANT", "FINALLY", "SOMETIMES", "EVENTUALLY",
        "ALWAYS_EVENTUALLY", "LEADS_TO", "CONSTRAINT", "CHECK", "NO_CHECK", "EXPECT", "LOCKS", "WIDTH", "RCU_FLAVOR",
        "TLB", "TLB_WALK", "NULL", "true", "false", "SLAB_TYPESAFE_BY_RCU", "WRITER_QUEUED", "READER_PREFERENCE",
        "FIFO", "CONSOLIDATED", "PREEMPT_ONLY", "TASK_RUNNING", "TASK_INTERRUPTIBLE", "TASK_UNINTERRUPTIBLE",
        "ALL_ENTRIES", "ALL_CPUS",
    ]
}
