/// Models that the tests of the commands share: small, and each ends in its own way.
enum Models {
    /// From the first page of the manual: a walker, a zapper, and who rechecks what.
    /// Threads and objects that may change places.
    static let alike = """
        #include <lockwalk.h>

        struct thing {
                spinlock_t lock;
                u1         value;
        };
        OBJECTS(struct thing, things, 2);

        THREAD(user, 3)
        {
                struct thing *p = alloc(things);

                if (!p)
                        return;
                spin_lock(&p->lock);
                p->value = 1;
                spin_unlock(&p->lock);
                kfree(p);
        }
        """

    /// Nothing in it may change places.
    static let turns = """
        #include <lockwalk.h>

        static u1 turn;

        THREAD(player, 2)
        {
                wait_until(turn == self);
                WRITE_ONCE(turn, 1 - self);
        }
        """

    static let zap = """
        #include <lockwalk.h>

        enum rule { FREE_AT_ONCE, FREE_AFTER_GP };
        CONFIG(enum rule, rule, FREE_AFTER_GP);

        struct ptpage {
                spinlock_t ptl;
        };
        OBJECTS(struct ptpage, ptpages, 2);

        static struct mm {
                spinlock_t     page_table_lock;
                struct ptpage *pmd;
        } mm;

        INIT { mm.pmd = alloc(ptpages); }

        THREAD(walker, 1)
        {
                struct ptpage *pt;

                rcu_read_lock();
                pt = READ_ONCE(mm.pmd);
                if (pt) {
                        spin_lock(&pt->ptl);
                        spin_unlock(&pt->ptl);
                }
                rcu_read_unlock();
        }

        THREAD(zap, 1)
        {
                struct ptpage *pt;

                spin_lock(&mm.page_table_lock);
                pt = xchg(&mm.pmd, NULL);
                spin_unlock(&mm.page_table_lock);
                if (rule == FREE_AFTER_GP)
                        kfree_rcu(pt);
                else
                        kfree(pt);
        }

        EXPECT(rule == FREE_AT_ONCE, USE_AFTER_FREE(ptpages));
        EXPECT(rule == FREE_AFTER_GP, HOLDS);
        EXPECT(rule == FREE_AFTER_GP, HOLDS, LKMM);

        """

    static let deadlock = """
        #include <lockwalk.h>
        static struct mutex a, b;
        THREAD(forth, 1) { mutex_lock(&a); mutex_lock(&b); mutex_unlock(&b); mutex_unlock(&a); }
        THREAD(back, 1) { mutex_lock(&b); mutex_lock(&a); mutex_unlock(&a); mutex_unlock(&b); }
        EXPECT(true, HOLDS);

        """

    /// Both orders of two locks, which never meet: the second waits until the first is through.
    static let inversion = """
        #include <lockwalk.h>
        static spinlock_t a, b;
        static bool through;
        THREAD(forward, 1) { spin_lock(&a); spin_lock(&b); spin_unlock(&b); spin_unlock(&a); WRITE_ONCE(through, 1); }
        THREAD(backward, 1) { wait_until(through); spin_lock(&b); spin_lock(&a); spin_unlock(&a); spin_unlock(&b); }

        """

    /// A counter that goes round in many states: something to interrupt.
    static let long = """
        #include <lockwalk.h>
        static u7 count[8];
        THREAD(counter, 8) { for (;;) WRITE_ONCE(count[self], (READ_ONCE(count[self]) + 1) & 127); }

        """
}
