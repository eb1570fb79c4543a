import Syntax

extension ProgramExplanations {
    /// L0440 to L0461: pointers, locks, objects, threads.
    static let memory: [Explanation] = [
        entry(
            "L0440", "arithmetic with pointers",
            "A pointer in a model names one place: an object, a field, an element. What lies behind the next "
                + "address is not fixed, so nothing is added to a pointer, and a pointer is not indexed. Index the "
                + "array by its own name, and pass the index along instead of the pointer.",
            """
            static int slots[2];

            THREAD(t, 1) { int *p = slots; p++; *p = 1; }
            """),
        entry(
            "L0441", "pointer to a local",
            "A local is a part of its thread's state that no other thread can reach, so its address is not a "
                + "value to be stored or compared. It may be passed on: to a primitive that wants &old, or to a "
                + "function, which then works on the caller's variable. Make the variable shared if others must see "
                + "it.",
            """
            static int *head;

            THREAD(t, 1)
            {
                    int mine = 1;

                    head = &mine;
            }
            """),
        entry(
            "L0442", "address of a local needed",
            "try_cmpxchg() and its kin put the value that they found into a local of the caller, inside the "
                + "same step. A shared variable there would be a second access to memory. Declare a local, and pass "
                + "its address.",
            """
            static int state, old;

            THREAD(t, 1) { if (try_cmpxchg(&state, &old, 1)) skip(); }
            """),
        entry(
            "L0443", "plain copy of a shared struct",
            "A struct in shared memory is copied field by field, and another thread may come in between; how "
                + "a compiler splits the copy is not fixed. If the kernel reads the struct as one word, as it does "
                + "a pmd_t or a lockref, write READ_ONCE() or WRITE_ONCE(). Otherwise copy field by field, or "
                + "inside ATOMIC { }.",
            """
            struct pte { u4 pfn; bool present; };
            static struct pte pte;

            THREAD(t, 1) { struct pte mine = pte; pte.pfn = mine.pfn; }
            """),
        entry(
            "L0444", "not one word",
            "READ_ONCE(), WRITE_ONCE(), xchg() and cmpxchg() are one step, as one instruction of the CPU is. "
                + "They move a scalar, a pointer, or a struct of at most 64 bits. An array or a large struct is "
                + "many accesses in the kernel too.",
            """
            static int slots[4];

            THREAD(t, 1) { READ_ONCE(slots); }
            """),
        entry(
            "L0445", "marked access to a local",
            "READ_ONCE(), WRITE_ONCE(), xchg() and cmpxchg() say that other threads use the variable at the "
                + "same time. No other thread can see a local. Read and write it plainly; it takes no step.",
            """
            THREAD(t, 1)
            {
                    int mine = 0;

                    WRITE_ONCE(mine, 1);
            }
            """),
        entry(
            "L0446", "marked access to a bit-field",
            "A bit-field is part of a word, and no CPU loads or stores it alone: the kernel does not put "
                + "READ_ONCE() on one. Use a u1 … u7 field. If the whole word is read at once, put READ_ONCE() on "
                + "the struct.",
            """
            struct pte { int present : 1; };
            static struct pte pte;

            THREAD(t, 1) { WRITE_ONCE(pte.present, 1); }
            """),
        entry(
            "L0447", "inside of a lock",
            "What a lock, an atomic_t or a wait queue consists of belongs to the checker, which knows its "
                + "owner and its waiters. Use the functions of the type: atomic_read(), spin_is_locked(), "
                + "mutex_is_locked(). `lockwalk header` lists them.",
            """
            static atomic_t refs;

            THREAD(t, 1) { if (refs.counter) skip(); }
            """),
        entry(
            "L0448", "lock that is local or copied",
            "A lock or an atomic_t has one place in memory that all threads mean. A local of such a type, a "
                + "parameter passed by value or a copy of a struct that holds one would be another lock. Make it a "
                + "global or a field of an object, and pass its address.",
            """
            THREAD(t, 1)
            {
                    spinlock_t lock;

                    skip();
            }
            """),
        entry(
            "L0449", "wrong type of lock",
            "The primitive wants the address of a lock or counter of its own type: spin_lock() that of a "
                + "spinlock_t, down_read() that of a struct rw_semaphore. Look for a missing &, or for another lock "
                + "than the one that is meant.",
            """
            static spinlock_t lock;

            THREAD(t, 1) { mutex_lock(&lock); }
            """),
        entry(
            "L0450", "OBJECTS as a value",
            "The name of an OBJECTS stands for all the objects of that kind that there can be, and is no "
                + "pointer to one of them. alloc() takes it and gives an object. Threads find objects through "
                + "pointers in shared memory, as they do in the kernel.",
            """
            struct page { int refs; };
            OBJECTS(struct page, pages, 2);

            THREAD(t, 1) { struct page *p = pages; p->refs = 1; }
            """),
        entry(
            "L0451", "alloc() of something else",
            "alloc() takes the name of an OBJECTS, which says of what type and how many objects there are. A "
                + "type or a size, as kmalloc() has them, does not bound the memory of the model. Declare the "
                + "objects at the top: OBJECTS(struct page, pages, 2).",
            """
            struct page { int refs; };
            OBJECTS(struct page, pages, 2);

            THREAD(t, 1) { struct page *p = alloc(page); kfree(p); }
            """),
        entry(
            "L0452", "OBJECTS of no struct",
            "What alloc() gives is an object with fields, so its type is a struct that is defined above. Put "
                + "a single number into a struct of one field.",
            """
            OBJECTS(int, numbers, 2);

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0453", "bad number of objects",
            "An OBJECTS has 0 to 64 objects; with 0, alloc() gives NULL. Each of them is part of every state, "
                + "whether live or free. Two are enough for most protocols: the one that is freed, and the one that "
                + "is allocated in its place.",
            """
            struct page { int refs; };
            CONFIG(int, count, 65);
            OBJECTS(struct page, pages, count);

            THREAD(t, 1) { kfree(alloc(pages)); }
            """),
        entry(
            "L0454", "free of something else",
            "kfree() and kfree_rcu() take a pointer to an object that alloc() gave: a pointer to its struct, "
                + "not to a field of it. Pass the pointer to the object. NULL is allowed, and does nothing.",
            """
            struct page { int refs; };
            OBJECTS(struct page, pages, 2);

            THREAD(t, 1)
            {
                    struct page *p = alloc(pages);

                    if (p)
                            kfree(&p->refs);
            }
            """),
        entry(
            "L0455", "bad number of threads",
            "A THREAD or DAEMON has 0 to 60 instances; 0 leaves it out of the variant. A search grows with "
                + "each instance by a large factor. Two or three of a kind show what a locking rule does.",
            """
            static int count;

            THREAD(t, 61) { count = 1; }
            """),
        entry(
            "L0456", "too many threads",
            "All instances of all THREADs, and a callback for each object that call_rcu() or kfree_rcu() may "
                + "be given, number more than 60. Use fewer instances, or fewer objects of the type that is freed "
                + "after a grace period.",
            """
            static int count;

            THREAD(reader, 40) { count = 1; }
            THREAD(writer, 40) { count = 2; }
            """),
        entry(
            "L0457", "model without a thread",
            "INIT runs once, and then nothing happens: there is nothing to explore. Write at least one "
                + "THREAD(name, count) { … }; its count may be a CONFIG.",
            """
            static int count;

            INIT { count = 1; }
            """),
        entry(
            "L0458", "self outside a thread",
            "self is the number of the instance that runs a THREAD or DAEMON, from 0. A function, INIT, a "
                + "property and a callback have none. Pass it to a function as an argument.",
            """
            static int owner;
            static void take(void) { owner = self; }

            THREAD(t, 2) { take(); }
            """),
        entry(
            "L0459", "not a thread",
            "at() and ended() ask about an instance of a THREAD or DAEMON, by the name that it was given: "
                + "ended(walker, 0). Callbacks and functions cannot be asked about.",
            """
            static int count;

            THREAD(walker, 2) { count = 1; }
            INVARIANT(done) { return !ended(walkre, 0) || count; }
            """),
        entry(
            "L0460", "at() without a label",
            "The third argument of at() is the name of a label in the body of the thread; at() is true while "
                + "the instance is about to take the step behind it. Put a label before the statement, and name it.",
            """
            static int count;

            THREAD(walker, 2) { inside: count = 1; }
            INVARIANT(early) { return !at(walker, 0, 1); }
            """),
        entry(
            "L0461", "ASSERT without a name",
            "The first argument of ASSERT is a name of its own, by which verdicts and EXPECT speak of it: "
                + "ASSERT(one_owner, owners <= 1). Without one, two assertions that fail could not be told apart.",
            """
            static int owners;

            THREAD(t, 1) { ASSERT(owners <= 1, true); owners++; }
            """),
    ]
}
