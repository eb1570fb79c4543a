/*
 * The rule of 2023: pte_offset_map_lock() may fail.
 *
 * A walker finds the page table in the pmd under RCU, takes its ptl, and looks at the pmd again: another table or none, and
 * it fails; its caller tries again or gives up. Who takes the table away holds the pmd lock and the ptl, and frees it after
 * a grace period. A walker may rely on the table alone (not on its entries) with the pmd lock alone. Map to unmap is an RCU
 * read section: no sleeping. (models/include/pte_offset_map_lock.h is this rule, for other models.)
 *
 * Source: Hugh Dickins, 0d940a9b270b "mm/pgtable: allow pte_offset_map[_lock]() to fail", 1d65b771bc08 (2023);
 * Documentation/mm/process_addrs.rst.
 */
#include <lockwalk.h>

enum section { WHOLE, ENDS_BEFORE_PTL, NO_SECTION };
CONFIG(int, walkers, 1);
CONFIG(enum section, section, WHOLE);		/* the walker's rcu_read_lock() */

enum recheck { SAME_TABLE, ANY_TABLE, NO_RECHECK };
CONFIG(enum recheck, recheck, SAME_TABLE);	/* of the pmd, under the ptl */

enum walk { SET_PTE, SET_PTE_AGAIN, SLEEP, PMD_LOCK_ONLY };
CONFIG(enum walk, walk, SET_PTE);		/* _AGAIN: until it does not fail; PMD_LOCK_ONLY: reads, without a ptl */
CONFIG(bool, other_writer, false);		/* sets the pte under the ptl, as it should */
CONFIG(bool, judge_pte, false);			/* PMD_LOCK_ONLY wants the pte to be stable, too */

CONFIG(bool, zap_ptl, true);			/* retract holds the ptl, too */
CONFIG(bool, grace_period, true);		/* … and frees by RCU */
CONFIG(bool, refault, false);			/* somebody links a new table */

struct ptpage {
	spinlock_t ptl;
	bool       pte;
};
OBJECTS(struct ptpage, ptpages, 2);

static struct mm {
	spinlock_t     page_table_lock;
	struct ptpage *pmd;
} mm;
static struct rw_semaphore i_mmap_rwsem;

INIT { mm.pmd = alloc(ptpages); }

static bool set_pte(void)
{
	bool linked = false;
	struct ptpage *pt;

	if (section != NO_SECTION)
		rcu_read_lock();
	pt = READ_ONCE(mm.pmd);
	if (section == ENDS_BEFORE_PTL)
		rcu_read_unlock();
	if (pt) {
		spin_lock(&pt->ptl);
		linked = recheck == NO_RECHECK || (recheck == SAME_TABLE ? READ_ONCE(mm.pmd) == pt : READ_ONCE(mm.pmd) != NULL);
		if (linked) {
			WRITE_ONCE(pt->pte, true);
			ASSERT(pte_is_in_use, mm.pmd == pt);
		}
		spin_unlock(&pt->ptl);
		if (walk == SLEEP)
			might_sleep();			/* alloc_page(GFP_KERNEL) before pte_unmap() */
	}
	if (section == WHOLE)
		rcu_read_unlock();
	return linked || !pt;				/* none: the fault allocates one, no concern of ours */
}

THREAD(walker, walkers)
{
	bool before, after, done;

	if (walk == PMD_LOCK_ONLY) {
		spin_lock(&mm.page_table_lock);
		if (mm.pmd) {
			before = READ_ONCE(mm.pmd->pte);
			after = READ_ONCE(mm.pmd->pte);
			ASSERT(pte_is_stable, !judge_pte || before == after);
		}
		spin_unlock(&mm.page_table_lock);
		return;
	}
	do {
		done = set_pte();
	} while (walk == SET_PTE_AGAIN && !done);
}

THREAD(writer, other_writer)
{
	set_pte();
}

THREAD(retract, 1)
{
	struct ptpage *pt;
	bool none;

	down_read(&i_mmap_rwsem);
	spin_lock(&mm.page_table_lock);
	pt = mm.pmd;
	if (zap_ptl)
		spin_lock(&pt->ptl);
	none = !READ_ONCE(pt->pte);
	if (none)
		WRITE_ONCE(mm.pmd, NULL);
	if (zap_ptl)
		spin_unlock(&pt->ptl);
	spin_unlock(&mm.page_table_lock);
	if (none && grace_period)
		kfree_rcu(pt);
	else if (none)
		kfree(pt);
	up_read(&i_mmap_rwsem);
}

THREAD(fault, refault)
{
	struct ptpage *pt = alloc(ptpages);

	spin_lock(&mm.page_table_lock);
	if (!mm.pmd) {
		WRITE_ONCE(mm.pmd, pt);
		pt = NULL;
	}
	spin_unlock(&mm.page_table_lock);
	kfree(pt);
}

EVENTUALLY(walk_ends) { return ended(walker, 0); }

EXPECT(section == WHOLE && recheck == SAME_TABLE && (refault || !refault), HOLDS);		/* 1 */
EXPECT(refault && walkers == 2, HOLDS);								/* 1 */
EXPECT(section == NO_SECTION, USE_AFTER_FREE(ptpages));						/* 2 */
EXPECT(section == ENDS_BEFORE_PTL, USE_AFTER_FREE(ptpages));					/* 3 */
EXPECT(recheck == NO_RECHECK, ASSERTION(pte_is_in_use));					/* 4 */
EXPECT(recheck == ANY_TABLE && refault, ASSERTION(pte_is_in_use));				/* 5 */
EXPECT(recheck == ANY_TABLE && !refault, HOLDS);						/* 5: no new table */
EXPECT(!zap_ptl, ASSERTION(pte_is_in_use));							/* 6 */
EXPECT(!grace_period, USE_AFTER_FREE(ptpages));							/* 7 */
EXPECT(walk == PMD_LOCK_ONLY && other_writer, HOLDS);						/* 8: the table */
EXPECT(walk == PMD_LOCK_ONLY && other_writer && judge_pte, ASSERTION(pte_is_stable));		/* 8: its entry */
EXPECT(walk == SET_PTE_AGAIN && refault, HOLDS);						/* 9, safety */
EXPECT(walk == SET_PTE_AGAIN && refault, HOLDS, WEAK);						/* 9 */
EXPECT(walk == SLEEP, SLEEP_IN_ATOMIC);								/* 10 */
