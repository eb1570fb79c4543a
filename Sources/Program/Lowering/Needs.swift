/// A counter or mask that a thread keeps beside its variables.
enum ContextField: String, Hashable, CaseIterable {
    case preemption, spinlocks, interruptsOff, bottomHalves, rcu
    /// 1 while a callback runs: under the consolidated flavour that is a read side.
    case callbackRunning
    /// 1 while an interrupt handler runs: its CPU takes no other interrupt, and under the consolidated flavour that too is
    /// a read side.
    case handlerRunning
    /// Masks that the thread waits to become zero.
    case rcuWait, ipiWait, barrierWait
    /// What set_current_state() says (TASK_RUNNING is 0), the wait queue that the thread is in, and whether it waits there
    /// exclusively.
    case taskState, waitQueue, exclusiveWait

    /// As layouts and traces call it.
    var title: String {
        switch self {
        case .preemption: "preempt_disable depth"
        case .spinlocks: "spinlocks held"
        case .interruptsOff: "irqs off"
        case .bottomHalves: "bh_disable depth"
        case .rcu: "rcu_read_lock depth"
        case .callbackRunning: "callback running"
        case .handlerRunning: "interrupt running"
        case .rcuWait: "grace period waits for"
        case .ipiWait: "IPI waits for"
        case .barrierWait: "rcu_barrier waits for"
        case .taskState: "task state"
        case .waitQueue: "waits in"
        case .exclusiveWait: "waits exclusively"
        }
    }
}

/// What a lock's cells are for: somebody must be able to read-lock it, write-lock it, or wait in it.
struct LockNeed: Hashable {
    enum Role: Hashable {
        case reader, writer, updater
    }

    var type: BuiltinType
    var role: Role
    var threadClass: String
    /// The variable or field that names the lock where it is used; nil if it is reached through a pointer.
    var key: String?
}

/// A function that call_rcu() is given, or the built-in one of kfree_rcu().
struct CallbackNeed: Hashable {
    enum Function: Hashable {
        case named(String)
        case free(Type)
    }

    var function: Function
    /// The type of the objects.
    var object: Type
    /// The name of the global srcu_struct; nil for RCU.
    var domain: String?
}

/// A function that an IPI runs on another CPU, as the threads of one class send it.
struct CallNeed: Hashable {
    var function: String
    var caller: String
    /// The CPU, where the call names one; nil where it may be any.
    var cpu: Int?
}

/// What the code of a model asks of its memory. Lowering runs twice: the first pass finds the needs, the second lays out
/// memory for them; a model that uses no grace period pays for none.
struct Needs: Equatable {
    /// Field, thread class.
    var context: Set<ContextNeed> = []
    var locks: Set<LockNeed> = []
    var callbacks: [CallbackNeed] = []
    var calls: [CallNeed] = []
    /// Thread classes that call something that may sleep.
    var sleepers: Set<String> = []
    var waitsForRCU = false
    var waitsForIPI = false
    var waitsForCallbacks = false
    /// waitqueue_active() is asked somewhere: who is queued can be seen.
    var seesWaiters = false
    /// Thread classes that access a TLB; the others' CPUs need none.
    var tlbUsers: Set<TLBUse> = []
    /// TLBs whose walks do more than fill entries: they may fail, by a page table that was freed; they may do so on one CPU and
    /// not on another; they write, so that it matters which entries are there.
    var failingWalks: Set<String> = []
    var everyCPUsWalks: Set<String> = []
    var writingWalks: Set<String> = []

    struct TLBUse: Hashable {
        var tlb: String
        var threadClass: String
    }

    struct ContextNeed: Hashable {
        var field: ContextField
        var threadClass: String
    }

    mutating func formUnion(_ other: Needs) {
        context.formUnion(other.context)
        locks.formUnion(other.locks)
        for callback in other.callbacks where !callbacks.contains(callback) { callbacks.append(callback) }
        for call in other.calls where !calls.contains(call) { calls.append(call) }
        sleepers.formUnion(other.sleepers)
        waitsForRCU = waitsForRCU || other.waitsForRCU
        waitsForIPI = waitsForIPI || other.waitsForIPI
        waitsForCallbacks = waitsForCallbacks || other.waitsForCallbacks
        seesWaiters = seesWaiters || other.seesWaiters
        tlbUsers.formUnion(other.tlbUsers)
        failingWalks.formUnion(other.failingWalks)
        everyCPUsWalks.formUnion(other.everyCPUsWalks)
        writingWalks.formUnion(other.writingWalks)
    }
}
