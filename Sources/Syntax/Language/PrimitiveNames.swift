extension LanguageNames {
    /// Functions, macros and constants of `<lockwalk.h>`. They are plain identifiers and calls in the tree; here they are
    /// only known to be taken.
    public static let primitives: Set<String> = Set(
        """
        ALL_CPUS ALL_ENTRIES ASSERT BUG_ON CONSOLIDATED FIFO NULL PREEMPT_ONLY RCU_INIT_POINTER
        READER_PREFERENCE READ_ONCE SLAB_TYPESAFE_BY_RCU TASK_INTERRUPTIBLE TASK_RUNNING TASK_UNINTERRUPTIBLE
        WARN_ON WARN_ON_ONCE WRITER_QUEUED WRITE_ONCE alloc at atomic_add atomic_add_return
        atomic_add_return_acquire atomic_add_return_relaxed atomic_add_return_release atomic_add_unless
        atomic_and atomic_andnot atomic_cmpxchg atomic_cmpxchg_acquire atomic_cmpxchg_relaxed
        atomic_cmpxchg_release atomic_dec atomic_dec_and_lock atomic_dec_and_test atomic_dec_return
        atomic_dec_return_acquire atomic_dec_return_relaxed atomic_dec_return_release atomic_fetch_add
        atomic_fetch_add_acquire atomic_fetch_add_relaxed atomic_fetch_add_release atomic_fetch_and
        atomic_fetch_and_acquire atomic_fetch_and_relaxed atomic_fetch_and_release atomic_fetch_andnot
        atomic_fetch_andnot_acquire atomic_fetch_andnot_relaxed atomic_fetch_andnot_release atomic_fetch_or
        atomic_fetch_or_acquire atomic_fetch_or_relaxed atomic_fetch_or_release atomic_fetch_sub
        atomic_fetch_sub_acquire atomic_fetch_sub_relaxed atomic_fetch_sub_release atomic_fetch_xor
        atomic_fetch_xor_acquire atomic_fetch_xor_relaxed atomic_fetch_xor_release atomic_inc
        atomic_inc_not_zero atomic_inc_return atomic_inc_return_acquire atomic_inc_return_relaxed
        atomic_inc_return_release atomic_or atomic_read atomic_read_acquire atomic_set atomic_set_release
        atomic_sub atomic_sub_and_test atomic_sub_return atomic_sub_return_acquire atomic_sub_return_relaxed
        atomic_sub_return_release atomic_try_cmpxchg atomic_try_cmpxchg_acquire atomic_try_cmpxchg_relaxed
        atomic_try_cmpxchg_release atomic_xchg atomic_xchg_acquire atomic_xchg_relaxed atomic_xchg_release
        barrier call_rcu call_srcu clear_bit clear_bit_unlock cmpxchg cmpxchg_acquire cmpxchg_relaxed
        cmpxchg_release complete complete_all cond_resched cpu_relax down_read down_read_nested
        down_read_trylock down_write down_write_nested down_write_trylock downgrade_write ended false
        finish_wait kfree kfree_rcu likely live local_bh_disable local_bh_enable local_irq_disable
        local_irq_enable local_irq_restore local_irq_save lockdep_assert_held lockdep_assert_held_write maybe
        might_sleep mutex_is_locked mutex_lock mutex_lock_nested mutex_trylock mutex_unlock on_each_cpu per_cpu pick
        preempt_disable preempt_enable prepare_to_wait raw_read_seqcount raw_write_seqcount_begin
        raw_write_seqcount_end rcu_access_pointer rcu_assign_pointer rcu_barrier rcu_dereference rcu_read_lock
        rcu_read_unlock read_lock read_seqbegin read_seqcount_begin read_seqcount_retry read_seqretry
        read_trylock read_unlock refcount_dec refcount_dec_and_test refcount_freeze refcount_inc
        refcount_inc_not_zero refcount_read refcount_set rwsem_is_locked schedule set_bit set_current_state skip
        smp_call_function smp_call_function_single smp_call_function_sync smp_cond_load_acquire smp_cond_load_relaxed
        smp_load_acquire smp_mb smp_mb__after_atomic smp_mb__after_spinlock smp_mb__after_unlock_lock
        smp_mb__before_atomic smp_processor_id smp_rmb smp_store_mb smp_store_release smp_wmb spin_is_locked
        spin_lock spin_lock_bh spin_lock_irq spin_lock_irqsave spin_lock_nested spin_trylock spin_unlock
        spin_unlock_bh spin_unlock_irq spin_unlock_irqrestore srcu_barrier srcu_read_lock srcu_read_unlock
        synchronize_rcu synchronize_srcu test_and_clear_bit test_and_set_bit test_and_set_bit_lock test_bit
        this_cpu this_cpu_dec this_cpu_inc tlb_access tlb_fill tlb_flush_broadcast tlb_flush_ipi tlb_flush_local
        tlb_remove_table_sync_one true try_cmpxchg try_cmpxchg_acquire try_cmpxchg_relaxed try_cmpxchg_release
        unlikely up_read up_write wait_event wait_for_completion wait_until wake_up wake_up_all wake_up_process
        write_lock write_seqcount_begin write_seqcount_end write_seqlock write_sequnlock write_trylock
        write_unlock xchg xchg_acquire xchg_relaxed xchg_release
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
