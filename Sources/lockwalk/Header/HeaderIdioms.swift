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

        """# + aliases.joined(separator: "\n") + "\n"
}
