/*
 * W walkers and F freers over P page tables, in the primitives of the kernel: a walker finds its table under rcu_read_lock(),
 * takes the PTL in its struct page and looks again; a freer unlinks a table that is empty, waits for a grace period and frees
 * it; whoever finds no table puts a new one in. Walker and freer n begin at table n % P.
 *
 * No other checker has a model of this one: it is here for what users write.
 */
#include <lockwalk.h>

CONFIG(int, W, 2);
CONFIG(int, F, 1);
CONFIG(int, P, 2);
CONFIG(bool, recheck, true);            /* walkers look again under the PTL */
CONFIG(bool, grace_period, true);       /* freers wait for the walkers */

struct ptpage {
	spinlock_t ptl;
	u1 pte;
};
OBJECTS(struct ptpage, ptpages, P + 1);

static struct ptpage *pmd[P];

INIT
{
	for (int i = 0; i < P; i++)
		pmd[i] = alloc(ptpages);
}

THREAD(walker, W)
{
	struct ptpage *pt;

	for (;;) {
		rcu_read_lock();
		pt = READ_ONCE(pmd[self % P]);
		if (pt) {
			spin_lock(&pt->ptl);
			if (!recheck || READ_ONCE(pmd[self % P]) == pt) {
				ASSERT(table_is_linked, !recheck || pmd[self % P] == pt);
				WRITE_ONCE(pt->pte, !READ_ONCE(pt->pte));
			}
			spin_unlock(&pt->ptl);
		}
		rcu_read_unlock();
	}
}

THREAD(freer, F)
{
	struct ptpage *pt;
	bool unlinked;
	u1 pte;

	for (;;) {
		pt = READ_ONCE(pmd[self % P]);
		if (!pt) {
			pt = alloc(ptpages);
			if (pt && cmpxchg(&pmd[self % P], NULL, pt))
				kfree(pt);
			continue;
		}
		spin_lock(&pt->ptl);
		unlinked = READ_ONCE(pmd[self % P]) == pt && !READ_ONCE(pt->pte);
		if (unlinked)
			WRITE_ONCE(pmd[self % P], NULL);
		spin_unlock(&pt->ptl);
		if (!unlinked)
			continue;
		if (grace_period)
			synchronize_rcu();
		pte = READ_ONCE(pt->pte);
		ASSERT(no_pte_lost, !pte);
		kfree(pt);
	}
}

EXPECT(recheck && grace_period, HOLDS);
EXPECT(recheck && !grace_period, USE_AFTER_FREE(ptpages));
EXPECT(!recheck && grace_period, ASSERTION(no_pte_lost));
