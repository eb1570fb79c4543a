/*
 * Who may free a user PTE table while others walk to it?
 *
 * Three classes of walkers: fully locked (mmap lock or rmap lock in read, and the PTL), semi-locked (mmap lock in read, no
 * PTL: hmm), hw-locked (interrupts off: gup fast). The zapper clears the pmd of an empty table under the page_table_lock and
 * the PTL, and frees the table. Which further locks, which way of freeing, which recheck make that safe for whom?
 *
 * Source: Jason Gunthorpe, David Hildenbrand 2021-11-10, in "[PATCH v3 00/15] Free user PTE page table pages". What landed:
 * 0d940a9b270b (2023), walkers recheck the pmd; 6375e95f381e (6.14), PT_RECLAIM.
 */
#include <lockwalk.h>

enum walker { FULL_MMAP, FULL_RMAP, SEMI, HW, SEMI_WRITE };
enum zap_lock { MMAP_AND_RMAP_WRITE, MMAP_WRITE, MMAP_DOWNGRADED, MMAP_READ, PMD_RWSEM };
enum free_rule { FREE_NOW, FREE_AFTER_IPI, FREE_AFTER_GP };

CONFIG(int, walkers, 1);                                /* more of them only make the search longer */
CONFIG(enum walker, walker, FULL_MMAP);
CONFIG(enum zap_lock, zap_lock, MMAP_READ);             /* MMAP_DOWNGRADED: munmap, the VMA is gone already */
CONFIG(enum free_rule, free_rule, FREE_AFTER_GP);
CONFIG(bool, recheck, true);                            /* walkers: rcu_read_lock(), pmd checked again under the PTL */
CONFIG(bool, check_under_ptl, true);                    /* zap: is the table empty, asked again under the PTL */
CONFIG(bool, judge_dead_table, false);                  /* reading a table that is no longer linked is an error too */

struct ptpage {
	spinlock_t ptl;
	u1 pte;
};
OBJECTS(struct ptpage, ptpages, 2);

static struct mm {
	struct rw_semaphore mmap_lock;
	spinlock_t page_table_lock;
	struct ptpage *pmd;
	struct rw_semaphore pmd_sem;                    /* read: the table stays; only with PMD_RWSEM */
} mm;
static struct rw_semaphore i_mmap_rwsem;

INIT { mm.pmd = alloc(ptpages); }

static void walk_full(struct rw_semaphore *sem)
{
	struct ptpage *pt;

	down_read(sem);
	if (zap_lock == PMD_RWSEM)
		down_read(&mm.pmd_sem);
	if (recheck)
		rcu_read_lock();
	pt = READ_ONCE(mm.pmd);
	if (pt) {
		spin_lock(&pt->ptl);
		if (!recheck || READ_ONCE(mm.pmd) == pt) {
			WRITE_ONCE(pt->pte, 1);
			ASSERT(table_is_linked, !recheck || mm.pmd == pt);
		}
		spin_unlock(&pt->ptl);
	}
	if (recheck)
		rcu_read_unlock();
	if (zap_lock == PMD_RWSEM)
		up_read(&mm.pmd_sem);
	up_read(sem);
}

static void walk_no_ptl(void)
{
	struct ptpage *pt;
	u1 pte;

	if (zap_lock == PMD_RWSEM && walker == SEMI)
		down_read(&mm.pmd_sem);
	if (recheck && walker == SEMI)
		rcu_read_lock();
	pt = READ_ONCE(mm.pmd);
	if (pt) {
		pte = READ_ONCE(pt->pte);
		ASSERT(not_a_dead_table, !judge_dead_table || pte || mm.pmd == pt);
	}
	if (recheck && walker == SEMI)
		rcu_read_unlock();
	if (zap_lock == PMD_RWSEM && walker == SEMI)
		up_read(&mm.pmd_sem);
}

THREAD(walk, walkers)
{
	if (walker == FULL_MMAP)
		walk_full(&mm.mmap_lock);
	if (walker == FULL_RMAP)
		walk_full(&i_mmap_rwsem);
	if (walker == SEMI) {
		down_read(&mm.mmap_lock);
		walk_no_ptl();
		up_read(&mm.mmap_lock);
	}
	if (walker == SEMI_WRITE) {
		down_write(&mm.mmap_lock);
		walk_no_ptl();
		up_write(&mm.mmap_lock);
	}
	if (walker == HW) {
		local_irq_disable();
		walk_no_ptl();
		local_irq_enable();
	}
}

static void lock_for_zap(void)
{
	if (zap_lock == PMD_RWSEM)
		down_write(&mm.pmd_sem);
	else if (zap_lock == MMAP_READ)
		down_read(&mm.mmap_lock);
	else
		down_write(&mm.mmap_lock);
	if (zap_lock == MMAP_AND_RMAP_WRITE)
		down_write(&i_mmap_rwsem);
	if (zap_lock == MMAP_DOWNGRADED)
		downgrade_write(&mm.mmap_lock);
}

static void unlock_after_zap(void)
{
	if (zap_lock == MMAP_AND_RMAP_WRITE)
		up_write(&i_mmap_rwsem);
	if (zap_lock == PMD_RWSEM)
		up_write(&mm.pmd_sem);
	else if (zap_lock == MMAP_READ || zap_lock == MMAP_DOWNGRADED)
		up_read(&mm.mmap_lock);
	else
		up_write(&mm.mmap_lock);
}

THREAD(zap, 1)
{
	struct ptpage *pt;
	bool empty;

	lock_for_zap();
	spin_lock(&mm.page_table_lock);
	pt = READ_ONCE(mm.pmd);
	empty = !READ_ONCE(pt->pte);
	spin_lock(&pt->ptl);
	if (check_under_ptl)
		empty = !READ_ONCE(pt->pte);
	if (empty) {
		WRITE_ONCE(mm.pmd, NULL);
		ASSERT(no_pte_lost, !pt->pte);
	}
	spin_unlock(&pt->ptl);
	spin_unlock(&mm.page_table_lock);
	if (empty && free_rule == FREE_AFTER_IPI)
		tlb_remove_table_sync_one();
	if (empty && free_rule == FREE_AFTER_GP)
		kfree_rcu(pt);
	else if (empty)
		kfree(pt);
	unlock_after_zap();
}

THREAD(fault, 1)                                        /* puts a new table in */
{
	struct ptpage *pt = NULL;

	down_read(&mm.mmap_lock);
	if (!READ_ONCE(mm.pmd))
		pt = alloc(ptpages);
	if (pt) {
		spin_lock(&mm.page_table_lock);
		smp_store_release(&mm.pmd, pt);
		spin_unlock(&mm.page_table_lock);
	}
	up_read(&mm.mmap_lock);
}

EXPECT(zap_lock == MMAP_AND_RMAP_WRITE && free_rule == FREE_AFTER_IPI && !recheck && walker <= HW, HOLDS);   /* a */
EXPECT(zap_lock == MMAP_READ && free_rule == FREE_NOW && !recheck && walker <= HW, USE_AFTER_FREE(ptpages));  /* b */
EXPECT(zap_lock == MMAP_WRITE && free_rule == FREE_AFTER_IPI && !recheck && walker == FULL_RMAP,
	USE_AFTER_FREE(ptpages));                                                                             /* c */
EXPECT(zap_lock == MMAP_WRITE && free_rule == FREE_AFTER_IPI && !recheck && walker <= HW && walker != FULL_RMAP,
	HOLDS);                                                                                               /* c: others */
EXPECT(zap_lock == PMD_RWSEM && free_rule == FREE_AFTER_IPI && !recheck && walker <= HW, HOLDS);              /* l */
EXPECT(zap_lock == MMAP_READ && free_rule == FREE_AFTER_GP && recheck && walker <= HW, HOLDS);                /* m */
EXPECT(walker == SEMI && judge_dead_table, ASSERTION(not_a_dead_table));                                      /* m: dead */
EXPECT(!check_under_ptl && (walker == FULL_MMAP || walker == FULL_RMAP), ASSERTION(no_pte_lost));             /* n */
EXPECT(zap_lock == MMAP_DOWNGRADED && free_rule == FREE_NOW && !recheck && walker == SEMI,
	USE_AFTER_FREE(ptpages));                                                                             /* o */
EXPECT(zap_lock == MMAP_DOWNGRADED && free_rule == FREE_NOW && !recheck && walker == SEMI_WRITE, HOLDS);      /* o: walker */
EXPECT(zap_lock == MMAP_WRITE && free_rule == FREE_NOW && !recheck && walker == SEMI, HOLDS);                 /* o: munmap */
