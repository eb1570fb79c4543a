/*
 * khugepaged takes the page table of a file mapping away, once a huge page covers it: which locks does that need?
 *
 * A page walk may start under mmap_lock, or under the lock of an attached anon_vma, or under the file's i_mmap_rwsem: any
 * one of them, shared. So who takes a page table away holds all of them exclusively; or, the rule since 2023, every walker
 * looks at the pmd again under the ptl, and the table is freed after a grace period. And a table with an anonymous page of
 * a private mapping in it has to stay.
 *
 * Source: 8d3c106e19e8 "mm/khugepaged: take the right locks for page table retraction" (2022), 1d65b771bc08 (2023).
 */
#include <lockwalk.h>

struct ptpage {
	spinlock_t ptl;
	u2         pte;
};
OBJECTS(struct ptpage, ptpages, 1);

#include "../include/pte_offset_map_lock.h"

enum retract { MMAP_WRITE, I_MMAP_WRITE_TOO, NO_ANON_VMA_EITHER, PTL_AND_RCU };
CONFIG(enum retract, retract, PTL_AND_RCU);	/* what khugepaged holds */
CONFIG(bool, recheck, true);			/* walkers look at the pmd again, with PTL_AND_RCU */
CONFIG(bool, check_anon, true);			/* khugepaged does not take a table with an anonymous page */

enum rmap { NO_RMAP, BY_FILE, BY_ANON_VMA };
CONFIG(enum rmap, rmap, NO_RMAP);		/* more walkers, beside the fault */
CONFIG(int, walkers, 1);

enum pte { PTE_NONE, PTE_FILE, PTE_ANON };

static struct mm {
	struct rw_semaphore mmap_lock;
	spinlock_t          page_table_lock;
	struct ptpage      *pmd;
	bool                anon_vma;		/* of the only vma */
} mm;
static struct rw_semaphore i_mmap_rwsem, anon_vma_rwsem;

INIT
{
	mm.pmd = alloc(ptpages);
	mm.pmd->pte = PTE_FILE;
}

static struct ptpage *walk(void)
{
	struct ptpage *pt;

	if (retract == PTL_AND_RCU && recheck)
		return pte_offset_map_lock(&mm.pmd);
	rcu_read_lock();				/* helps only with PTL_AND_RCU */
	pt = READ_ONCE(mm.pmd);
	if (pt)
		spin_lock(&pt->ptl);
	else
		rcu_read_unlock();
	return pt;
}

THREAD(fault, 1)					/* copy on write */
{
	struct ptpage *pt;

	down_read(&mm.mmap_lock);
	WRITE_ONCE(mm.anon_vma, true);			/* anon_vma_prepare() */
	pt = maybe() ? NULL : walk();			/* the page may belong to another table */
	if (pt) {
		WRITE_ONCE(pt->pte, PTE_ANON);
		ASSERT(table_is_linked, mm.pmd == pt);
		pte_unmap_unlock(pt);
	}
	up_read(&mm.mmap_lock);
}

THREAD(rmap_walk, rmap != NO_RMAP ? walkers : 0)			/* truncation or reclaim */
{
	struct ptpage *pt = NULL;

	down_read(rmap == BY_FILE ? &i_mmap_rwsem : &anon_vma_rwsem);
	if (rmap == BY_FILE || READ_ONCE(mm.anon_vma))
		pt = walk();
	if (pt) {
		WRITE_ONCE(pt->pte, PTE_NONE);
		pte_unmap_unlock(pt);
	}
	up_read(rmap == BY_FILE ? &i_mmap_rwsem : &anon_vma_rwsem);
}

THREAD(khugepaged, 1)					/* collapse_pte_mapped_thp(), retract_page_tables() */
{
	bool collapse = true;
	struct ptpage *pt;

	if (retract != PTL_AND_RCU)
		down_write(&mm.mmap_lock);
	if (retract == I_MMAP_WRITE_TOO || retract == NO_ANON_VMA_EITHER)
		down_write(&i_mmap_rwsem);
	if (retract == PTL_AND_RCU)
		down_read(&i_mmap_rwsem);
	if (retract == NO_ANON_VMA_EITHER)
		collapse = !READ_ONCE(mm.anon_vma);
	if (collapse) {
		spin_lock(&mm.page_table_lock);
		pt = mm.pmd;
		spin_lock(&pt->ptl);
		collapse = !check_anon || READ_ONCE(pt->pte) != PTE_ANON;
		if (collapse) {
			WRITE_ONCE(mm.pmd, NULL);
			ASSERT(no_anon_page_is_lost, pt->pte != PTE_ANON);
		}
		spin_unlock(&pt->ptl);
		spin_unlock(&mm.page_table_lock);
		if (collapse && retract == PTL_AND_RCU) {
			kfree_rcu(pt);
		} else if (collapse) {
			tlb_remove_table_sync_one();
			kfree(pt);
		}
	}
	if (retract == I_MMAP_WRITE_TOO || retract == NO_ANON_VMA_EITHER)
		up_write(&i_mmap_rwsem);
	if (retract == PTL_AND_RCU)
		up_read(&i_mmap_rwsem);
	else
		up_write(&mm.mmap_lock);
}

EXPECT(retract == MMAP_WRITE && rmap == NO_RMAP, HOLDS);					/* 1: M */
EXPECT(retract == MMAP_WRITE && rmap != NO_RMAP, USE_AFTER_FREE(ptpages));			/* 1: R */
EXPECT(retract == I_MMAP_WRITE_TOO && rmap == BY_FILE, HOLDS);					/* 2 */
EXPECT(retract == I_MMAP_WRITE_TOO && rmap == BY_ANON_VMA, USE_AFTER_FREE(ptpages));		/* 2 */
EXPECT(retract == NO_ANON_VMA_EITHER && rmap <= BY_ANON_VMA, HOLDS);				/* 3 */
EXPECT(retract == PTL_AND_RCU && rmap <= BY_ANON_VMA, HOLDS);					/* 4 */
EXPECT(retract == PTL_AND_RCU && rmap == BY_ANON_VMA && walkers == 2, HOLDS);			/* 4 */
EXPECT(retract == PTL_AND_RCU && !recheck && rmap <= BY_ANON_VMA, ASSERTION(table_is_linked));	/* 5 */
EXPECT(retract == PTL_AND_RCU && !check_anon, ASSERTION(no_anon_page_is_lost));			/* 6 */
