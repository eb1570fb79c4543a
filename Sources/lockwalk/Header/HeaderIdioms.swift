import Syntax

/// The end of the header: names that the kernel has beside those above, for the same things.
var headerIdioms: String {
    let aliases = LanguageNames.functionAliases.sorted { $0.key < $1.key }.map { "#define \($0.key) \($0.value)" }
    return #"""
        /* ---- the kernel's other names for the same things -------------------------- */

        /* A model's own definition of one of the names from here on goes first. */
        typedef spinlock_t raw_spinlock_t;
        typedef atomic_t atomic_long_t, atomic64_t;
        #define DEFINE_SPINLOCK(name)         spinlock_t name
        #define DEFINE_RAW_SPINLOCK(name)     spinlock_t name
        #define DEFINE_RWLOCK(name)           rwlock_t name
        #define DEFINE_SEQLOCK(name)          seqlock_t name
        #define DEFINE_MUTEX(name)            struct mutex name
        #define DECLARE_RWSEM(name)           struct rw_semaphore name
        #define DECLARE_COMPLETION(name)      struct completion name
        #define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name
        #define DEFINE_SRCU(name)             struct srcu_struct name
        #define DEFINE_STATIC_SRCU(name)      struct srcu_struct name
        #define ATOMIC_INIT(value)            { (value) }
        #define ATOMIC_LONG_INIT(value)       { (value) }
        #define ATOMIC64_INIT(value)          { (value) }
        #define REFCOUNT_INIT(value)          { (value) }
        /* 0, or -EINTR when a signal came first: a choice, and a step of its own. */
        int mutex_lock_interruptible(struct mutex *), mutex_lock_killable(struct mutex *);
        int down_read_interruptible(struct rw_semaphore *), down_read_killable(struct rw_semaphore *);
        int down_write_killable(struct rw_semaphore *);
        #define this_cpu_add(name, amount)    ((void)(name[lw_cpu()] += (amount)))
        #define this_cpu_read(name)           (name[lw_cpu()])
        #define this_cpu_write(name, value)   ((void)(name[lw_cpu()] = (value)))
        /* 0, or -ERESTARTSYS when a signal came first, which need not come; a timed wait always ends some day, with 0. */
        #define wait_event_interruptible(queue, condition) ({ wait_event(queue, condition); lw_choice() ? 0 : -512; })
        #define wait_event_killable(queue, condition)      wait_event_interruptible(queue, condition)
        #define wait_event_timeout(queue, condition, time) ({ wait_event(queue, condition); (void)(time); (int)lw_choice(); })
        #define wait_event_exclusive(queue, condition)     wait_event(queue, condition)
        #define wait_event_interruptible_exclusive(queue, condition) wait_event_interruptible(queue, condition)
        #define wait_event_killable_exclusive(queue, condition)      wait_event_interruptible(queue, condition)
        #define prepare_to_wait_exclusive(queue, ...)      prepare_to_wait(queue)
        void wake_up_interruptible(wait_queue_head_t *), wake_up_interruptible_all(wait_queue_head_t *);
        bool waitqueue_active(wait_queue_head_t *);
        void __set_current_state(int state);
        void refcount_unfreeze(refcount_t *, int), refcount_add(int, refcount_t *);
        bool refcount_add_not_zero(int, refcount_t *), refcount_sub_and_test(int, refcount_t *);
        bool refcount_dec_not_one(refcount_t *), refcount_dec_if_one(refcount_t *);
        bool atomic_inc_unless_negative(atomic_t *), atomic_dec_unless_positive(atomic_t *);
        int atomic_dec_if_positive(atomic_t *);
        int atomic_fetch_inc(atomic_t *), atomic_fetch_dec(atomic_t *);
        bool atomic_inc_and_test(atomic_t *);
        bool refcount_dec_and_lock(refcount_t *, spinlock_t *), refcount_dec_and_mutex_lock(refcount_t *, struct mutex *);
        /* A bit of a word as a spinlock. */
        #define bit_spin_lock(bit, word)      set_bit(bit, word)
        #define bit_spin_trylock(bit, word)   test_and_set_bit(bit, word)
        #define bit_spin_unlock(bit, word)    clear_bit(bit, word)
        #define bit_spin_is_locked(bit, word) test_bit(bit, word)
        int get_cpu(void);
        void put_cpu(void), reinit_completion(struct completion *);
        #define rcu_dereference_check(p, condition)     READ_ONCE(p)
        #define rcu_dereference_protected(p, condition) (p)
        #define fallthrough                   do { } while (0)

        """# + aliases.joined(separator: "\n") + "\n"
}
