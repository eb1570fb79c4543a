/*
 * A reference count in each user PTE table: whoever drops the last reference frees the table.
 *
 * A user takes a reference before it touches the table: under rcu_read_lock() it reads the pmd and increments the count unless
 * that is zero. Each mapped PTE holds one as well. The put that reaches zero clears the pmd under the page_table_lock and frees
 * the table after a grace period. While the count is above zero nobody clears the pmd, so nobody need look at it again.
 *
 * Source: Qi Zheng, "[PATCH v3 00/15] Free user PTE page table pages" 2021-11-10; mm/pte_ref.c of that series.
 */
#include <lockwalk.h>

enum install { IF_NONE, OVER_ZERO_REF };
enum clear { XCHG, IF_UNCHANGED };

CONFIG(int, walkers, 1);                                /* more of them only make the search longer */
CONFIG(bool, rcu, true);                                /* pte_try_get() runs under rcu_read_lock() */
CONFIG(bool, inc_not_zero, true);                       /* … and refuses a count of zero */
CONFIG(bool, retry, false);                             /* on zero: loop until the pmd changes, instead of giving up */
CONFIG(bool, fault, false);                             /* somebody installs a new table … */
CONFIG(enum install, install, IF_NONE);                 /* … only where there is none, or over one with a count of zero */
CONFIG(enum clear, clear, XCHG);                        /* the freer clears the pmd as it is, or only if it names its table */
CONFIG(bool, move, false);                              /* mremap() moves the pmd entry */
CONFIG(bool, put_after_mmap, false);                    /* the last put comes after mmap_read_unlock() */

struct ptpage {
	atomic_t pte_refcount;
	u1 pte;
};
OBJECTS(struct ptpage, ptpages, 2);

static struct mm {
	struct rw_semaphore mmap_lock;
	spinlock_t page_table_lock;
	struct ptpage *pmd[2];
} mm;

INIT
{
	mm.pmd[0] = alloc(ptpages);
	mm.pmd[0]->pte = 1;
	atomic_set(&mm.pmd[0]->pte_refcount, 1);
}

static struct ptpage *pte_try_get(void)
{
	struct ptpage *pt;
	bool zero;

	do {
		zero = false;
		if (rcu)
			rcu_read_lock();
		pt = READ_ONCE(mm.pmd[0]);
		if (pt) {
			if (inc_not_zero)
				zero = !atomic_inc_not_zero(&pt->pte_refcount);
			else
				atomic_inc(&pt->pte_refcount);
		}
		if (rcu)
			rcu_read_unlock();
	} while (retry && zero);
	return zero ? NULL : pt;
}

static void pte_put_many(struct ptpage *pt, int nr)
{
	struct ptpage *old;

	if (!atomic_sub_and_test(nr, &pt->pte_refcount))
		return;
	spin_lock(&mm.page_table_lock);
	if (clear == XCHG) {
		old = xchg(&mm.pmd[0], NULL);
		ASSERT(frees_its_own_table, old == pt);
	} else {
		old = pt;
		if (READ_ONCE(mm.pmd[0]) == pt)
			WRITE_ONCE(mm.pmd[0], NULL);
	}
	spin_unlock(&mm.page_table_lock);
	if (old)
		kfree_rcu(old);
}

THREAD(walk, walkers)
{
	struct ptpage *pt;

	down_read(&mm.mmap_lock);
	pt = pte_try_get();
	if (pt) {
		READ_ONCE(pt->pte);
		pte_put_many(pt, 1);
	}
	up_read(&mm.mmap_lock);
}

THREAD(zap, 1)                                          /* madvise(MADV_DONTNEED): the only mapped PTE goes */
{
	struct ptpage *pt;

	down_read(&mm.mmap_lock);
	pt = pte_try_get();
	if (pt)
		WRITE_ONCE(pt->pte, 0);
	if (pt && !put_after_mmap)
		pte_put_many(pt, 2);                    /* ours and the PTE's */
	up_read(&mm.mmap_lock);
	if (pt && put_after_mmap)
		pte_put_many(pt, 2);
}

THREAD(do_fault, fault)
{
	struct ptpage *new, *old;

	new = alloc(ptpages);
	if (!new)
		return;
	atomic_set(&new->pte_refcount, 1);
	down_read(&mm.mmap_lock);
	spin_lock(&mm.page_table_lock);
	old = READ_ONCE(mm.pmd[0]);
	if (!old || (install == OVER_ZERO_REF && !atomic_read(&old->pte_refcount))) {
		smp_store_release(&mm.pmd[0], new);
	} else {
		kfree(new);
		new = NULL;
	}
	spin_unlock(&mm.page_table_lock);
	if (new) {
		READ_ONCE(new->pte);
		pte_put_many(new, 1);
	}
	up_read(&mm.mmap_lock);
}

THREAD(mremap, move)
{
	down_write(&mm.mmap_lock);
	spin_lock(&mm.page_table_lock);
	WRITE_ONCE(mm.pmd[1], mm.pmd[0]);
	WRITE_ONCE(mm.pmd[0], NULL);
	spin_unlock(&mm.page_table_lock);
	up_write(&mm.mmap_lock);
}

EVENTUALLY(walk_ends)
{
	return ended(walk, 0);
}

EXPECT(rcu && inc_not_zero && !retry,                              HOLDS);                                           /* d */
EXPECT(!rcu && inc_not_zero,                                       USE_AFTER_FREE(ptpages));                         /* e */
EXPECT(!inc_not_zero,                                              USE_AFTER_FREE(ptpages), DOUBLE_FREE(ptpages));   /* f */
EXPECT(retry,                                                      HOLDS);                                           /* g */
EXPECT(retry,                                                      HOLDS, WEAK);                                     /* g */
EXPECT(retry,                                                      LIVELOCK(walk_ends), UNFAIR);                     /* g */
EXPECT(fault && install == OVER_ZERO_REF && clear == XCHG,         ASSERTION(frees_its_own_table));                  /* h */
EXPECT(fault && install == IF_NONE && clear == XCHG,               HOLDS);                                           /* h */
EXPECT(fault && install == OVER_ZERO_REF && clear == IF_UNCHANGED, HOLDS);                                           /* h */
EXPECT(move && put_after_mmap,                                     ASSERTION(frees_its_own_table));                  /* i */
EXPECT(move && !put_after_mmap,                                    HOLDS);                                           /* i */
