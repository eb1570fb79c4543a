extension BenchModels {
    /// The same text as Benchmarks/models/tables.c; a test compares them.
    static let tables = #"""
        /*
         * W walkers and F freers over P pmd entries and P page tables, each with its own PTL and reference count. No PTL is taken in a
         * freed table.
         *
         * The same steps as tables.pml: one shared access, lock operation, allocation or free each.
         */
        #include <lockwalk.h>

        CONFIG(int, W, 2);
        CONFIG(int, F, 1);
        CONFIG(int, P, 2);

        struct table {
        	spinlock_t ptl;
        	refcount_t ref;
        	u1         pte;
        };
        OBJECTS(struct table, tables, P);

        static spinlock_t    pml[P];            /* the lock of each pmd entry */
        static struct table *pmd[P];

        THREAD(walker, W)
        {
        	struct table *t;
        	u2 i;
        	u1 v;

        	for (;;) {
        		i = pick(0, P - 1);
        		spin_lock(&pml[i]);
        		t = READ_ONCE(pmd[i]);
        		if (t)
        			refcount_inc(&t->ref);
        		spin_unlock(&pml[i]);
        		if (!t)
        			goto fault;
        		spin_lock(&t->ptl);
        		v = READ_ONCE(t->pte);
        		WRITE_ONCE(t->pte, 1 - v);
        		spin_unlock(&t->ptl);
        		if (refcount_dec_and_test(&t->ref))
        			kfree(t);
        		continue;
        fault:
        		t = alloc(tables);
        		if (!t)
        			continue;
        		refcount_set(&t->ref, 1);
        		spin_lock(&pml[i]);
        		if (!READ_ONCE(pmd[i])) {
        			WRITE_ONCE(pmd[i], t);
        			spin_unlock(&pml[i]);
        			continue;
        		}
        		spin_unlock(&pml[i]);
        		kfree(t);
        	}
        }

        THREAD(freer, F)
        {
        	struct table *t;
        	u2 i;

        	for (;;) {
        		i = pick(0, P - 1);
        		spin_lock(&pml[i]);
        		t = READ_ONCE(pmd[i]);
        		if (!t) {
        			spin_unlock(&pml[i]);
        			continue;
        		}
        		WRITE_ONCE(pmd[i], NULL);
        		spin_unlock(&pml[i]);
        		spin_lock(&t->ptl);
        		WRITE_ONCE(t->pte, 0);
        		spin_unlock(&t->ptl);
        		if (refcount_dec_and_test(&t->ref))
        			kfree(t);
        	}
        }

        EXPECT(true, HOLDS);

        """#
}
