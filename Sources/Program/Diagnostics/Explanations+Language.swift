import Syntax

extension ProgramExplanations {
    /// L0462 to L0489: proofs, steps, primitives, settings, limits.
    static let language: [Explanation] = [
        entry(
            "L0462", "ghost in the program",
            "A GHOST is of the proof: the program of the kernel does not have it, so nothing that the program "
                + "does may depend on it. Use it in ASSERT, in INVARIANT and in the values of other ghosts. If the "
                + "program needs the variable, drop the GHOST; its accesses are steps then.",
            """
            GHOST int owners;

            THREAD(t, 1)
            {
                    if (owners == 0)
                            skip();
            }
            """),
        entry(
            "L0463", "proof that changes the program",
            "An ASSERT, a property and the value of a ghost look at one instant. They read everything, change "
                + "nothing but ghosts, and take no step, so there are no atomic operations, locks or ATOMIC in "
                + "them. A property changes not even a ghost: assign that in the text of the program.",
            """
            static atomic_t refs;

            THREAD(t, 1) { atomic_inc(&refs); }
            INVARIANT(positive) { return atomic_inc_return(&refs) > 0; }
            """),
        entry(
            "L0464", "question that only a proof may ask",
            "live(), ended() and at() look at what no CPU can see: whether an object is allocated, how far "
                + "another thread has come. The program cannot decide by that. Put it into an ASSERT, a property or "
                + "a ghost.",
            """
            struct page { int refs; };
            OBJECTS(struct page, pages, 2);

            THREAD(t, 1)
            {
                    struct page *p = alloc(pages);

                    if (live(p))
                            kfree(p);
            }
            """),
        entry(
            "L0465", "condition with a side effect",
            "wait_until() and smp_cond_load_*() test their condition again and again, and the step is taken "
                + "when it holds. If testing changed something, it would matter how often that was. Wait first and "
                + "change afterwards, both in one ATOMIC if it has to be one step.",
            """
            static atomic_t tickets;

            THREAD(t, 2) { wait_until(atomic_dec_return(&tickets) == 0); }
            """),
        entry(
            "L0466", "goto into ATOMIC",
            "An ATOMIC is one step from its beginning; a goto into the middle of it would be a step that "
                + "nobody wrote. Put the label before the ATOMIC. Leaving an ATOMIC by goto, break or return is "
                + "allowed.",
            """
            static int a, b;

            THREAD(t, 1)
            {
                    if (a)
                            goto half;
                    ATOMIC { a = 1; half: b = 1; }
            }
            """),
        entry(
            "L0467", "loop without a step",
            "The loop never ends and never touches shared memory, so the thread would compute for ever within "
                + "one step. Only shared accesses, wait_until(), pick() and skip() are steps. Usually the loop is "
                + "meant to look at something shared: read it with READ_ONCE(), or wait for it.",
            """
            THREAD(t, 1)
            {
                    for (;;)
                            cpu_relax();
            }
            """),
        entry(
            "L0468", "ghost given two values in one step",
            "An assignment to a ghost takes no step: it joins the step before it. Two of them with no step in "
                + "between leave only the second value to be seen, by ASSERTs in other threads and by INVARIANTs. "
                + "Where the first one matters, put skip(); between them.",
            """
            static int count;
            GHOST int phase;

            THREAD(t, 1)
            {
                    count = 1;
                    phase = 1;
                    phase = 2;
            }
            INVARIANT(order) { return phase <= 2; }
            """),
        entry(
            "L0469", "not a PER_CPU variable",
            "this_cpu(), per_cpu() and this_cpu_inc() take the name of a variable that PER_CPU declares, of "
                + "which each CPU has its own. Declare it so: PER_CPU(int, count).",
            """
            static int count;

            THREAD(t, 2) { this_cpu(count) = 1; }
            """),
        entry(
            "L0470", "PER_CPU variable without a CPU",
            "There is one such variable for each CPU, and the bare name does not say whose is meant. "
                + "this_cpu(name) is that of the CPU that runs the thread, per_cpu(name, cpu) that of any.",
            """
            PER_CPU(int, count);

            THREAD(t, 2) { count = 1; }
            """),
        entry(
            "L0471", "bad range of pick()",
            "pick(low, high) is any number from low to high, both included, and each of them is a branch of "
                + "the search. The range is empty here, or it has more than 65536 numbers. Pick among the few "
                + "values that make a difference.",
            """
            static int count;

            THREAD(t, 1) { count = pick(3, 1); }
            """),
        entry(
            "L0472", "callback that is no function",
            "call_rcu() and call_srcu() take the name of a function of the model, which runs after the grace "
                + "period like a thread. A pointer to a function does not exist in a model. kfree_rcu(object) is "
                + "there for callbacks that only free.",
            """
            struct page { int refs; };
            OBJECTS(struct page, pages, 2);

            THREAD(t, 1) { call_rcu(alloc(pages), put_page); }
            """),
        entry(
            "L0473", "callback with a wrong signature",
            "A callback is called with the object that call_rcu() was given, as its one argument, and returns "
                + "nothing; in the kernel container_of() would find the object from its rcu_head. Write static void "
                + "function(struct tag *object) { … }.",
            """
            struct page { int refs; };
            OBJECTS(struct page, pages, 2);
            static void put_page(int refs) { }

            THREAD(t, 1) { call_rcu(alloc(pages), put_page); }
            """),
        entry(
            "L0474", "srcu_struct that is not fixed",
            "call_srcu() and srcu_barrier() need to know when the model is compiled which SRCU domain is "
                + "meant, as each domain has callbacks of its own. Name a global srcu_struct or a field of a "
                + "global; a domain found through a pointer may be used by srcu_read_lock() and synchronize_srcu().",
            """
            struct dev { struct srcu_struct srcu; };
            OBJECTS(struct dev, devs, 2);
            static struct dev *dev;
            static void put_dev(struct dev *d) { kfree(d); }

            THREAD(t, 1) { call_srcu(&dev->srcu, dev, put_dev); }
            """),
        entry(
            "L0475", "bad WIDTH",
            "A WIDTH says how many bits of a counter the state keeps: 1 to 32. A value that does not fit is "
                + "an OVERFLOW, so the width is a claim that the search checks. Leave it out, and the checker finds "
                + "out how many bits are needed.",
            """
            static int count;
            WIDTH(count, 33);

            THREAD(t, 1) { count = 1; }
            """),
        entry(
            "L0476", "WIDTH of something else",
            "WIDTH names a global, WIDTH(count, 4), or the field of a struct, WIDTH(struct page.refs, 4), "
                + "that is an int, an atomic_t, a refcount_t or a seqcount_t and part of the model's memory. "
                + "Nothing of that name and kind is there. Other types have a width of their own: u1 … u7, bool, "
                + "enums, pointers.",
            """
            static int count;
            WIDTH(cuont, 4);

            THREAD(t, 1) { count = 1; }
            """),
        entry(
            "L0477", "too much memory",
            "The model has more variables, fields and elements than the checker takes: 16384 in shared "
                + "memory, 256 in one local. Every one of them is part of every state, so a search would not end "
                + "long before that. Make arrays short and objects few; a race between two CPUs shows with two of "
                + "each.",
            """
            static int table[4096][8];

            THREAD(t, 1) { table[0][0] = 1; }
            """),
        entry(
            "L0478", "too much code",
            "Functions are inlined at each call, and the code has become too long by it, or the calls too "
                + "many or too deep. Functions that call one another several times multiply. Call them in a loop "
                + "instead, or leave out what the locking rule does not need.",
            """
            static int x;
            static void a(void) { x++; x++; x++; x++; x++; x++; x++; x++; }
            static void b(void) { a(); a(); a(); a(); a(); a(); a(); a(); }
            static void c(void) { b(); b(); b(); b(); b(); b(); b(); b(); }
            static void d(void) { c(); c(); c(); c(); c(); c(); c(); c(); }
            static void e(void) { d(); d(); d(); d(); d(); d(); d(); d(); }
            THREAD(t, 1) { e(); e(); e(); e(); e(); e(); e(); e(); }
            """),
        entry(
            "L0479", "not yet supported",
            "The name is part of the language, and this version of Lockwalk does not know how to run it. It "
                + "is refused rather than ignored, so that no verdict is about another model than the one that you "
                + "wrote. Leave it out for now, or write what it does with the primitives that there are.",
            """
            struct node { int key; };

            static void release(struct node *node) { node->key = 0; }

            THREAD(t, 1)
            {
                    static struct node node;

                    call_rcu(&node, release);
            }
            """),
        entry(
            "L0480", "fault of the model found by a run",
            "Some faults of a model show only when it runs: INIT that would have to wait, an ATOMIC that "
                + "would have to wait after its first statement, a loop that goes round without a step, a pick() "
                + "from an empty range. The search ends there, prints the run that leads to it, and gives no "
                + "verdict (exit code 2). An ATOMIC may wait in its first statement only: put the wait_until() or "
                + "the lock there, or split the block.",
            """
            static int count, ready;

            THREAD(t, 1)
            {
                    ATOMIC {
                            count = 1;
                            wait_until(ready);
                    }
            }
            """),
        entry(
            "L0481", "unknown check",
            "CHECK and NO_CHECK name one of the faults that Lockwalk looks for, by the word that verdicts and "
                + "EXPECT use: CHECK(LEAK), NO_CHECK(LOCK_ORDER). `lockwalk check --help` and `lockwalk explain` "
                + "list them.",
            """
            static int count;
            CHECK(LEEK);

            THREAD(t, 1) { count = 1; }
            """),
        entry(
            "L0482", "bad value of a setting",
            "RCU_FLAVOR, LOCKS and the flags of OBJECTS take the words that the message lists, or a CONFIG "
                + "that has one of their values. Any other number has no meaning for them.",
            """
            static int count;
            RCU_FLAVOR(7);

            THREAD(t, 1) { count = 1; }
            """),
        entry(
            "L0483", "no such CPU",
            "THREAD_ON and INTERRUPT name the CPU that the code runs on, by an expression over CONFIGs and `self`. "
                + "It must be a number from 0 on, and the same number means the same CPU everywhere. Threads that "
                + "are not placed take the lowest numbers where no thread is placed.",
            """
            static int count;

            THREAD_ON(self - 1, t, 2) { WRITE_ONCE(count, 1); }
            """),
        entry(
            "L0484", "IPI without a function",
            "smp_call_function_single(), smp_call_function() and on_each_cpu() run a function of the model on other CPUs. "
                + "The argument must be the name of such a function; there are no function pointers.",
            """
            static int count;

            THREAD(t, 1) { smp_call_function_single(0, count, 1); }
            """),
        entry(
            "L0485", "function that no IPI can run",
            "A function that runs on another CPU gets one argument, a pointer or an integer, and returns nothing: "
                + "nobody there could take its value. A result goes through shared memory, as in the kernel.",
            """
            static int count;
            static int get(int value) { return count + value; }

            THREAD(t, 1) { on_each_cpu(get, 1); }
            """),
    ]
}
