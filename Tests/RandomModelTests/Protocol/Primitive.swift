/// The kernel's calls that the protocols make, by the name that the text has.
enum Primitive: String, CaseIterable {
    case spinLock = "spin_lock", spinUnlock = "spin_unlock", spinTrylock = "spin_trylock"
    case spinIsLocked = "spin_is_locked", spinLockIrq = "spin_lock_irq", spinUnlockIrq = "spin_unlock_irq"
    case mutexLock = "mutex_lock", mutexUnlock = "mutex_unlock", mutexTrylock = "mutex_trylock"
    case mutexIsLocked = "mutex_is_locked"
    case downRead = "down_read", upRead = "up_read", downWrite = "down_write", upWrite = "up_write"
    case downgradeWrite = "downgrade_write", downReadTrylock = "down_read_trylock"
    case downWriteTrylock = "down_write_trylock", rwsemIsLocked = "rwsem_is_locked"
    case alloc, kfree, kfreeRCU = "kfree_rcu"
    case maybe, pick, skip
    case exchange = "xchg", compareExchange = "cmpxchg", tryCompareExchange = "try_cmpxchg"
    case atomicRead = "atomic_read", atomicSet = "atomic_set", atomicInc = "atomic_inc", atomicDec = "atomic_dec"
    case atomicAdd = "atomic_add", atomicSubReturn = "atomic_sub_return", atomicIncReturn = "atomic_inc_return"
    case atomicFetchAdd = "atomic_fetch_add", atomicFetchOr = "atomic_fetch_or", atomicExchange = "atomic_xchg"
    case atomicFetchAndNot = "atomic_fetch_andnot"
    case atomicCompareExchange = "atomic_cmpxchg", atomicTryCompareExchange = "atomic_try_cmpxchg"
    case atomicDecAndTest = "atomic_dec_and_test", atomicIncNotZero = "atomic_inc_not_zero"
    case atomicAddUnless = "atomic_add_unless"
    case refcountRead = "refcount_read", refcountSet = "refcount_set", refcountInc = "refcount_inc"
    case refcountDec = "refcount_dec", refcountDecAndTest = "refcount_dec_and_test"
    case refcountIncNotZero = "refcount_inc_not_zero", refcountFreeze = "refcount_freeze"
    case setBit = "set_bit", clearBit = "clear_bit", testBit = "test_bit"
    case testAndSetBit = "test_and_set_bit", testAndClearBit = "test_and_clear_bit"
    case rcuReadLock = "rcu_read_lock", rcuReadUnlock = "rcu_read_unlock", synchronizeRCU = "synchronize_rcu"
    case srcuReadLock = "srcu_read_lock", srcuReadUnlock = "srcu_read_unlock", synchronizeSRCU = "synchronize_srcu"
    case preemptDisable = "preempt_disable", preemptEnable = "preempt_enable"
    case irqDisable = "local_irq_disable", irqEnable = "local_irq_enable"
    case callFunctionSync = "smp_call_function_sync"
    case complete, completeAll = "complete_all", waitForCompletion = "wait_for_completion"
    case readSeqcountBegin = "read_seqcount_begin", rawReadSeqcount = "raw_read_seqcount"
    case readSeqcountRetry = "read_seqcount_retry"
    case prepareToWait = "prepare_to_wait", schedule, finishWait = "finish_wait"
    case wakeUp = "wake_up", wakeUpAll = "wake_up_all"
    case writeSeqcountBegin = "write_seqcount_begin", writeSeqcountEnd = "write_seqcount_end"

    /// A call that sleeps is an error in atomic context, even where it would not wait.
    var sleeps: Bool {
        switch self {
        case .mutexLock, .downRead, .downWrite, .synchronizeRCU, .synchronizeSRCU, .waitForCompletion,
            .schedule: true
        default: false
        }
    }
}
