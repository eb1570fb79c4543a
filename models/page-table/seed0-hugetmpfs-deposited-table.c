/*
 * Where does a deposited page table come from?
 *
 * A fault keeps its new page table private until it knows what to map: the table then goes into the pmd, or, under a
 * huge page, to the deposit, whence MADV_DONTNEED frees it with mmap_lock for read only. So no table that was ever in
 * the pmd may be in the deposit while someone can still walk it: "we don't know the past history of that pagetable,
 * which might have been linked in and contained visible ptes very recently, without sufficient barriers in between".
 * khugepaged does deposit such a table. And a fault that returns early has to leave the user something to go on with.
 *
 * Source: Hugh Dickins, 2016-04-16, "Re: [PATCH 09/31] huge tmpfs: avoid premature exposure of new pagetable"; row k is
 * the hang with a binary on DAX for which that patch was dropped from linux-next.
 */
#include <lockwalk.h>

CONFIG(int, walkers, 1);			/* more of them only make the search longer */
CONFIG(bool, wmb, true);			/* between clearing the new table and linking it */

enum dax { NO_DAX, INSTALL_TABLE, RETURN_EARLY };
CONFIG(enum dax, dax, NO_DAX);			/* the fault gets a locked entry, but no page */

enum walk { BY_MM, BY_RMAP, LOCKLESS };
CONFIG(enum walk, walk, BY_MM);

enum collapse { NO_COLLAPSE, EXCLUDES_ALL, SHARES_MMAP_LOCK, RMAP_ONLY };
CONFIG(enum collapse, collapse, NO_COLLAPSE);	/* the locks that khugepaged takes */
CONFIG(bool, collapse_ipi, true);		/* it waits for lockless walkers */

enum pte { PTE_GARBAGE, PTE_NONE };

struct ptpage {
	spinlock_t ptl;
	enum pte   pte;
};
OBJECTS(struct ptpage, ptpages, 1);

typedef struct {
	struct ptpage *table;
	bool           huge;
} pmd_t;

static struct mm {
	struct rw_semaphore mmap_lock;
	spinlock_t          pmd_lock;
	pmd_t               pmd;
	struct ptpage      *deposit;
} mm;
static struct rw_semaphore i_mmap_rwsem;

static void set_pmd(struct ptpage *table, bool huge)
{
	pmd_t pmd = { .table = table, .huge = huge };

	WRITE_ONCE(mm.pmd, pmd);
}

/* Map what the fault found, if nobody else was faster: a huge page, its table deposited, or the table. */
static void pmd_populate(struct ptpage *pt, bool huge)
{
	pmd_t pmd;

	spin_lock(&mm.pmd_lock);
	pmd = READ_ONCE(mm.pmd);
	if (!pmd.table && !pmd.huge) {
		set_pmd(huge ? NULL : pt, huge);
		if (huge)
			mm.deposit = pt;
		pt = NULL;
	}
	spin_unlock(&mm.pmd_lock);
	kfree(pt);
}

static void handle_fault(void)
{
	struct ptpage *pt;

	down_read(&mm.mmap_lock);
	pt = alloc(ptpages);
	if (pt && dax == RETURN_EARLY) {
		kfree(pt);
	} else if (pt) {
		WRITE_ONCE(pt->pte, PTE_NONE);
		if (wmb)
			smp_wmb();
		pmd_populate(pt, maybe());
	}
	up_read(&mm.mmap_lock);
}

THREAD(fault, 1)
{
	pmd_t pmd;

	do {
		handle_fault();
		pmd = READ_ONCE(mm.pmd);	/* the access is tried again */
	} while (dax != NO_DAX && !pmd.table && !pmd.huge);
}

THREAD(walker, walkers)
{
	struct rw_semaphore *sem = walk == BY_MM ? &mm.mmap_lock : &i_mmap_rwsem;
	struct ptpage *pt;

	if (walk == LOCKLESS)
		local_irq_disable();
	else
		down_read(sem);
	pt = READ_ONCE(mm.pmd).table;
	if (pt) {
		enum pte pte;

		if (walk != LOCKLESS)
			spin_lock(&pt->ptl);
		pte = READ_ONCE(pt->pte);
		ASSERT(table_was_cleared, pte != PTE_GARBAGE);
		if (walk != LOCKLESS)
			spin_unlock(&pt->ptl);
	}
	if (walk == LOCKLESS)
		local_irq_enable();
	else
		up_read(sem);
}

THREAD(madvise, 1)
{
	struct ptpage *pt = NULL;

	down_read(&mm.mmap_lock);
	spin_lock(&mm.pmd_lock);
	if (READ_ONCE(mm.pmd).huge) {
		set_pmd(NULL, false);
		pt = mm.deposit;
		mm.deposit = NULL;
	}
	spin_unlock(&mm.pmd_lock);
	kfree(pt);
	up_read(&mm.mmap_lock);
}

THREAD(khugepaged, collapse != NO_COLLAPSE)
{
	struct ptpage *pt;

	if (collapse == EXCLUDES_ALL)
		down_write(&mm.mmap_lock);
	if (collapse == SHARES_MMAP_LOCK)
		down_read(&mm.mmap_lock);
	down_write(&i_mmap_rwsem);
	spin_lock(&mm.pmd_lock);
	pt = READ_ONCE(mm.pmd).table;
	if (pt)
		set_pmd(NULL, false);
	spin_unlock(&mm.pmd_lock);
	if (pt) {
		smp_mb();
		if (collapse_ipi)
			tlb_remove_table_sync_one();
		/* ... copies the pages ... */
		spin_lock(&mm.pmd_lock);
		mm.deposit = pt;
		set_pmd(NULL, true);
		spin_unlock(&mm.pmd_lock);
	}
	up_write(&i_mmap_rwsem);
	if (collapse == SHARES_MMAP_LOCK)
		up_read(&mm.mmap_lock);
	if (collapse == EXCLUDES_ALL)
		up_write(&mm.mmap_lock);
}

EVENTUALLY(access_succeeds) { return ended(fault, 0); }

EXPECT(collapse == NO_COLLAPSE && walk != LOCKLESS, HOLDS);				/* b */
EXPECT(collapse == EXCLUDES_ALL && walk != LOCKLESS, HOLDS);				/* g */
EXPECT(collapse == SHARES_MMAP_LOCK || collapse == RMAP_ONLY, USE_AFTER_FREE(ptpages));	/* h */
EXPECT(!wmb, HOLDS);									/* i */
EXPECT(!wmb, HOLDS, TSO);								/* i */
EXPECT(!wmb, ASSERTION(table_was_cleared), LKMM);					/* i */
EXPECT(wmb, HOLDS, LKMM);								/* i, with smp_wmb() */
EXPECT(walk == LOCKLESS && collapse == EXCLUDES_ALL && !collapse_ipi,
       USE_AFTER_FREE(ptpages));							/* j */
EXPECT(walk == LOCKLESS && collapse == EXCLUDES_ALL && collapse_ipi, HOLDS);		/* j, with the IPI */
EXPECT(dax == RETURN_EARLY, LIVELOCK(access_succeeds), STRONG);				/* k */
EXPECT(dax == INSTALL_TABLE, HOLDS, WEAK);						/* k, the table installed */
