/// Names of the kernel that came into the language after the first models had been written. A model's own definition of
/// such a name goes first, so that a model that brought its own stays what it was.
extension LanguageNames {
    /// Types that are another name for one of the language's.
    public static let typeAliases: [String: String] = [
        "raw_spinlock_t": "spinlock_t", "atomic_long_t": "atomic_t", "atomic64_t": "atomic_t",
    ]

    /// How a macro that declares a lock says the type: `static DEFINE_SPINLOCK(lock);`.
    enum DefinedType {
        case named(String)
        case structure(String)
    }

    static let definers: [String: DefinedType] = [
        "DEFINE_SPINLOCK": .named("spinlock_t"), "DEFINE_RAW_SPINLOCK": .named("spinlock_t"),
        "DEFINE_RWLOCK": .named("rwlock_t"), "DEFINE_SEQLOCK": .named("seqlock_t"),
        "DEFINE_MUTEX": .structure("mutex"), "DECLARE_RWSEM": .structure("rw_semaphore"),
        "DECLARE_COMPLETION": .structure("completion"), "DECLARE_WAIT_QUEUE_HEAD": .named("wait_queue_head_t"),
        "DEFINE_SRCU": .structure("srcu_struct"), "DEFINE_STATIC_SRCU": .structure("srcu_struct"),
    ]

    /// What stands for the initialiser of a counter: `static atomic_t users = ATOMIC_INIT(1);`.
    static let counterInitializers: Set<String> = ["ATOMIC_INIT", "ATOMIC_LONG_INIT", "ATOMIC64_INIT", "REFCOUNT_INIT"]

    /// Macros that go from a field to the struct round it: casts, which model C does not have.
    static let typeTakingMacros: Set<String> = ["container_of", "list_entry", "hlist_entry", "rb_entry", "offsetof"]

    /// The beginnings of names that mean what they mean with another beginning.
    static let prefixAliases = [("raw_spin_", "spin_"), ("atomic_long_", "atomic_"), ("atomic64_", "atomic_")]

    /// Functions that a model may use, or define itself.
    public static let additions: Set<String> = Set(functionAliases.keys).union([
        "mutex_lock_interruptible", "mutex_lock_killable", "down_read_interruptible", "down_read_killable",
        "down_write_killable",
    ])

    /// By alias, the name that it stands for: `raw_spin_lock`, `atomic_long_inc`.
    public static let functionAliases: [String: String] = {
        var table: [String: String] = [:]
        for name in primitives {
            for (alias, original) in prefixAliases where name.hasPrefix(original) {
                table[alias + name.dropFirst(original.count)] = name
            }
        }
        return table
    }()
}
