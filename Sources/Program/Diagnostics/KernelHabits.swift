/// What to write for names of the kernel that model C does not have, because it has something simpler.
enum KernelHabits {
    static let advice: [String: String] = {
        var advice = [
            "kmem_cache_free": "give the object back with kfree(object)", "vfree": "give the object back with kfree(object)",
            "container_of": "keep a pointer to the object that is meant: there are no casts between pointer types",
            "list_head": "link objects with pointer fields: struct node *next;",
            "hlist_node": "link objects with pointer fields: struct node *next;",
            "rcu_head": "leave it out: call_rcu(object, function) takes the object itself",
            "work_struct": "write the work as a THREAD or DAEMON of its own",
            "assert": "write ASSERT(name, condition), or BUG_ON(condition) for code of the kernel",
            "mb": "write smp_mb()", "rmb": "write smp_rmb()", "wmb": "write smp_wmb()",
            "atomic_inc_unless_zero": "write atomic_inc_not_zero()", "get_unless_zero": "write refcount_inc_not_zero()",
            "udelay": "leave it out: every delay is explored", "msleep": "leave it out, or write might_sleep()",
        ]
        for name in ["kmalloc", "kzalloc", "kcalloc", "vmalloc", "malloc", "kmem_cache_alloc", "kmem_cache_zalloc"] {
            advice[name] = "declare OBJECTS(struct tag, name, count) and take one with alloc(name)"
        }
        for name in ["printk", "pr_info", "pr_debug", "pr_warn", "pr_err", "printf", "trace_printk"] {
            advice[name] = "leave it out: the trace shows what happens"
        }
        for name in [
            "spin_lock_init", "rwlock_init", "mutex_init", "init_rwsem", "seqcount_init", "seqlock_init", "init_completion",
            "init_srcu_struct", "INIT_LIST_HEAD",
        ] {
            advice[name] = "leave it out: everything starts as zero, and locks start free"
        }
        return advice
    }()
}
