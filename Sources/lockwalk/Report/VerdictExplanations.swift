import Program
import Syntax

/// What `lockwalk explain` says about the words of verdicts.
enum VerdictExplanations {
    static let all: [Explanation] = [
        entry(
            "HOLDS", "no interleaving breaks a rule",
            "Every state that the model can reach was visited, and none of them breaks a rule. Nothing was cut: a "
                + "search that a limit ended is 'incomplete' instead. 'holds within OBJECTS(pool, n)' says that the "
                + "model used up its objects, so that more of them might show more; 'holds within NAME' that runs "
                + "leaving CONSTRAINT(NAME) were not followed.")
    ] + FailureKind.allCases.filter { $0 != .modelError }.map { kind in
        let (title, text) = words(kind)
        return entry(kind.word, title, text + standing(kind))
    }

    private static func entry(_ code: String, _ title: String, _ text: String) -> Explanation {
        Explanation(code: code, title: title, text: text, example: "")
    }

    private static func standing(_ kind: FailureKind) -> String {
        if kind.isWarning {
            return "\n\nA warning: it does not change the verdict unless CHECK(\(kind.word)), an EXPECT or "
                + "--error \(kind.optionName) makes it an error."
        }
        if kind.isOnRequest { return "\n\nLooked for only with CHECK(\(kind.word)) or --check \(kind.optionName)." }
        return "\n\nNO_CHECK(\(kind.word)) or --no-check \(kind.optionName) switches it off."
    }

    private static func words(_ kind: FailureKind) -> (String, String) {
        switch kind {
        case .useAfterFree:
            ("a freed object is followed", "A thread followed a pointer into an object that is free: by reading, "
                + "writing or locking alike. The trace names the field and the step that freed the object. A slot that "
                + "alloc() has handed out again may be followed: real code that rechecks is right to.")
        case .doubleFree: ("an object is freed twice", "kfree(), kfree_rcu() or call_rcu() got an object that is "
            + "free already or already on its way.")
        case .freeOfLocked: ("an object is freed while a lock in it is in use", "kfree() of an object with a lock "
            + "held, or with a waiter queued on a sleeping lock of it.")
        case .nullDereference: ("a NULL pointer is followed", "A thread read, wrote or locked through NULL. "
            + "Remember that alloc() returns NULL when no object is left, and that a slot starts zeroed.")
        case .outOfBounds: ("an index outside its array", "An array was indexed below 0 or beyond its last element.")
        case .badUnlock: ("a lock is released by a thread that does not hold it", "Locks know their owner; "
            + "releasing one that another thread holds, or nobody, is an error.")
        case .recursiveLock: ("a lock is taken by its owner", "The thread holds the lock already and would wait "
            + "for itself. A second down_read() is none of these: it is only the deadlock that it can cause.")
        case .lockHeldAtExit: ("a thread ends with a lock held", "Each thread has to release what it took.")
        case .sleepInAtomic: ("a sleeping call in atomic context", "mutex_lock(), down_read(), synchronize_rcu(), "
            + "might_sleep() and their like were called under a spinlock, inside a plain RCU read side, or with "
            + "preemption or interrupts off; it is an error even when the call would not have waited.")
        case .unbalanced: ("unbalanced sections", "rcu_read_unlock(), preempt_enable(), local_irq_enable() or "
            + "their like without a beginning, or a thread that ends inside such a section.")
        case .refcount: ("a reference count from zero or below it", "refcount_inc() of a zero count, or a decrement "
            + "below zero: somebody used an object that had already been given up.")
        case .staleTLB: ("a stale TLB entry is used", "A CPU followed a remembered translation into memory that has "
            + "been freed: the flush came too late, or not to that CPU.")
        case .overflow: ("a value does not fit", "A u1 ... u7, a WIDTH or a seqcount got a value that it cannot "
            + "hold, a seqcount wrapped behind a reader's back, or a division by zero or a shift too wide happened. "
            + "The widths bound the model; give the variable more bits if the value is meant.")
        case .assertion: ("an ASSERT, BUG_ON or WARN_ON failed", "ASSERT sees the instant after the preceding step "
            + "of its thread. BUG_ON and WARN_ON are ordinary code, whose loads are steps.")
        case .violated: ("an INVARIANT or FINALLY is false", "An INVARIANT is judged in every state; a FINALLY when "
            + "all threads have ended, no callback is pending and every daemon waits.")
        case .deadlock: ("threads wait for each other for ever", "A set of threads waits, and nobody outside it can "
            + "ever end their waiting, even while others run on. A lost wake-up shows as a deadlock too.")
        case .unreached: ("a SOMETIMES or FINALLY was never judged true", "No run reached a state in which the "
            + "SOMETIMES is true, or no run ended so that the FINALLY could be judged: the model probably does not "
            + "do what it is meant to show.")
        case .livelock: ("something never happens on a fair run", "On some fair run the EVENTUALLY, "
            + "ALWAYS_EVENTUALLY or LEADS_TO stays false for ever.")
        case .lockOrder: ("locks are taken in both orders", "One run takes lock class A and then B, another B and "
            + "then A: lockdep's inversion. A class is a global lock, or a field of a struct type. A trylock draws no "
            + "edge to what it takes; nesting within one class wants a _nested form.")
        case .dataRace: ("two accesses race", "Two threads are about to access one place at the same time, one of "
            + "them writes, and one of them is plain C rather than READ_ONCE(), WRITE_ONCE() or an atomic operation. "
            + "Judged under sequential consistency.")
        case .leak: ("an object that nothing leads to", "When FINALLY is judged, no pointer in a global or a pending "
            + "callback leads to an object that is still live.")
        case .stalePointer: ("a pointer from an earlier life is followed", "The object was freed and handed out "
            + "again since the pointer was loaded, and no comparison has since found the pointer equal to a current "
            + "one.")
        case .modelError: ("the model itself is at fault", "")
        }
    }
}
