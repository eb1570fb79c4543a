extension BenchModels {
    /// The same text as Benchmarks/models/ptefree.c; a test compares them.
    static let ptefree = #"""
        /*
         * W page-table walkers and F freers over one page-table page that is freed and allocated again without end. The PTL
         * lives in the page's struct page, and is never taken while the page is back in the allocator.
         *
         * The same steps as ptefree.pml and ptefree.m, so every checker finds the same number of states.
         */
        #include <lockwalk.h>

        CONFIG(int, W, 2);
        CONFIG(int, F, 2);
        CONFIG(bool, bug, false);               /* the walkers go without a reference */

        static u1 pmd = 1;                      /* 1: points to the page */
        static u1 ptl;
        static u1 freed;                        /* 1: the page is back in the allocator */
        static u1 pte;
        static atomic_t ref = { 1 };            /* the pmd holds one */

        static void lock_ptl(void)
        {
        	ATOMIC {
        		wait_until(!ptl);
        		ptl = 1;
        		ASSERT(ptl_in_live_page, !freed);
        	}
        }

        THREAD(walker, W)
        {
        	u1 v;

        	for (;;) {
        		if (!READ_ONCE(pmd)) {          /* the fault path allocates the page again */
        			if (!xchg(&freed, 0))
        				continue;
        			WRITE_ONCE(ptl, 0);
        			atomic_set(&ref, 1);
        			WRITE_ONCE(pmd, 1);
        			continue;
        		}
        		if (!bug) {
        			if (!atomic_inc_not_zero(&ref))
        				continue;
        			if (!READ_ONCE(pmd))
        				goto put;
        		}
        		lock_ptl();
        		if (READ_ONCE(pmd)) {
        			v = READ_ONCE(pte);
        			WRITE_ONCE(pte, 1 - v);
        		}
        		WRITE_ONCE(ptl, 0);
        		if (bug)
        			continue;
        put:
        		if (atomic_dec_and_test(&ref))
        			WRITE_ONCE(freed, 1);
        	}
        }

        THREAD(freer, F)
        {
        	for (;;) {
        		wait_until(pmd);
        		if (!atomic_inc_not_zero(&ref))
        			continue;
        		lock_ptl();
        		if (READ_ONCE(pmd)) {
        			WRITE_ONCE(pte, 0);
        			WRITE_ONCE(pmd, 0);
        			atomic_dec(&ref);
        		}
        		WRITE_ONCE(ptl, 0);
        		if (atomic_dec_and_test(&ref))
        			WRITE_ONCE(freed, 1);
        	}
        }

        EXPECT(!bug, HOLDS);
        EXPECT(bug, ASSERTION(ptl_in_live_page));

        """#
}
