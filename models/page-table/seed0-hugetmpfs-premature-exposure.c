/*
 * A new page table that is linked too early.
 *
 * A fault allocates a page table and links it into the pmd; then it decides to map a huge page after all, and moves the
 * table to the deposit (spare tables, for a later split). MADV_DONTNEED zaps the huge pmd, with mmap_lock for read only,
 * and frees a deposited table. A walker that saw the table while it was linked then takes a lock in somebody else's
 * struct page. The fix keeps the table private until the fault knows what to map. The walker may come by the mm or by
 * the rmap. Whoever gets the page next is not modelled: following a pointer into a freed table is the error.
 *
 * Source: Hugh Dickins, 2016-04-05, "[PATCH 09/31] huge tmpfs: avoid premature exposure of new pagetable", and his reply
 * of 2016-04-16. The idea landed in 4.8: "mm: postpone page table allocation until we have page to map".
 */
#include <lockwalk.h>

enum new_table { LINKED, PRIVATE };
CONFIG(int, walkers, 1);			/* more of them only make the search longer */
CONFIG(enum new_table, new_table, PRIVATE);	/* while the fault makes up its mind */
CONFIG(bool, unlink_under_ptl, false);		/* it holds the table's ptl, too, to find it empty and unlink it */

enum walk { BY_MM, BY_RMAP };
CONFIG(enum walk, walk, BY_MM);
CONFIG(bool, rcu, false);			/* the walker is in RCU, the table is freed by RCU */
CONFIG(bool, recheck, false);			/* the walker looks at the pmd again, under the ptl */
CONFIG(bool, set_pte, false);			/* the walker sets a PTE, not only looks */

CONFIG(bool, zap_exclusive, false);		/* MADV_DONTNEED takes mmap_lock for write */

struct ptpage {
	spinlock_t ptl;
	bool       pte;
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

/* The table is in the pmd, the page turns out to be huge. */
static void pmd_replace(struct ptpage *pt)
{
	spin_lock(&mm.pmd_lock);
	if (unlink_under_ptl)
		spin_lock(&pt->ptl);
	if (READ_ONCE(mm.pmd).table == pt && !READ_ONCE(pt->pte)) {
		mm.deposit = pt;
		set_pmd(NULL, true);
	}
	if (unlink_under_ptl)
		spin_unlock(&pt->ptl);
	spin_unlock(&mm.pmd_lock);
}

THREAD(fault, 1)
{
	struct ptpage *pt;

	down_read(&mm.mmap_lock);
	pt = alloc(ptpages);
	if (pt && new_table == LINKED) {
		pmd_populate(pt, false);
		if (maybe())
			pmd_replace(pt);
	} else if (pt) {
		pmd_populate(pt, maybe());
	}
	up_read(&mm.mmap_lock);
}

THREAD(walker, walkers)
{
	struct rw_semaphore *sem = walk == BY_MM ? &mm.mmap_lock : &i_mmap_rwsem;
	struct ptpage *pt;

	down_read(sem);
	if (rcu)
		rcu_read_lock();
	pt = READ_ONCE(mm.pmd).table;
	if (pt) {
		spin_lock(&pt->ptl);
		if (!recheck || READ_ONCE(mm.pmd).table == pt) {
			if (set_pte)
				WRITE_ONCE(pt->pte, true);
			else
				(void)READ_ONCE(pt->pte);
		}
		spin_unlock(&pt->ptl);
	}
	if (rcu)
		rcu_read_unlock();
	up_read(sem);
}

THREAD(madvise, 1)
{
	struct ptpage *pt = NULL;

	if (zap_exclusive)
		down_write(&mm.mmap_lock);
	else
		down_read(&mm.mmap_lock);
	spin_lock(&mm.pmd_lock);
	if (READ_ONCE(mm.pmd).huge) {
		set_pmd(NULL, false);
		pt = mm.deposit;
		mm.deposit = NULL;
	}
	spin_unlock(&mm.pmd_lock);
	if (pt && rcu)
		kfree_rcu(pt);
	else
		kfree(pt);
	if (zap_exclusive)
		up_write(&mm.mmap_lock);
	else
		up_read(&mm.mmap_lock);
}

/* A PTE in a table that no pmd leads to is lost. */
INVARIANT(deposit_is_empty) { return !mm.deposit || !mm.deposit->pte; }

EXPECT(new_table == LINKED, USE_AFTER_FREE(ptpages));						/* a */
EXPECT(new_table == PRIVATE && (walk == BY_MM || walk == BY_RMAP), HOLDS);			/* b */
EXPECT(new_table == LINKED && recheck, USE_AFTER_FREE(ptpages));				/* c */
EXPECT(new_table == LINKED && rcu && recheck && set_pte && unlink_under_ptl, HOLDS);		/* d */
EXPECT(new_table == LINKED && rcu && recheck && set_pte && !unlink_under_ptl,
       VIOLATED(deposit_is_empty));								/* d, no ptl */
EXPECT(new_table == LINKED && rcu && !recheck && set_pte && unlink_under_ptl,
       VIOLATED(deposit_is_empty));								/* e */
EXPECT(new_table == LINKED && zap_exclusive && walk == BY_MM, HOLDS);				/* f */
EXPECT(new_table == LINKED && zap_exclusive && walk == BY_RMAP, USE_AFTER_FREE(ptpages));	/* f, by rmap */
