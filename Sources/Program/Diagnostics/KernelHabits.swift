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
            "mmap_read_lock": "write down_read(&mm->mmap_lock)", "mmap_read_unlock": "write up_read(&mm->mmap_lock)",
            "mmap_write_lock": "write down_write(&mm->mmap_lock)",
            "mmap_write_unlock": "write up_write(&mm->mmap_lock)",
            "get_page": "write refcount_inc(&page->refs), in a function of that name if you like",
            "put_page": "write a static function: if (refcount_dec_and_test(&page->refs)) kfree(page);",
            "GFP_KERNEL": "leave it out: alloc(name) takes no flags", "GFP_ATOMIC": "leave it out: alloc(name) takes no flags",
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
        for (name, number) in [
            ("EINTR", 4), ("EAGAIN", 11), ("ENOMEM", 12), ("EFAULT", 14), ("EBUSY", 16), ("EEXIST", 17), ("EINVAL", 22),
            ("ENOENT", 2),
        ] {
            advice[name] = "define it: enum { \(name) = \(number) };"
        }
        return advice
    }()
}
