/*
 * get_user_pages_fast() against khugepaged: the recheck of the pmd, and the IPI.
 *
 * With interrupts off, gup reads the pmd, then the pte, takes a reference on the page, and looks again. khugepaged clears
 * the pmd, flushes the TLB, and goes on if it finds no unexpected reference: it copies the page and frees or re-uses the
 * table. It does not touch the pte, so "the pte is unchanged" proves nothing: gup has to look at the pmd, too. And as long
 * as gup may be reading the table, it must stay: a flush by IPI waits for gup, a broadcast flush does not.
 *
 * Source: 70cbc3cc78a9 "mm: gup: fix the fast GUP race against THP collapse" (2022), 2ba99c5e0881 "mm/khugepaged: fix
 * GUP-fast interaction by sending IPI" (2022).
 */
#include <lockwalk.h>

CONFIG(bool, flush_by_ipi, false);		/* the TLB flush; else a broadcast or paravirtual one */
CONFIG(bool, recheck_pmd, true);		/* by gup, once it has its reference */

enum ipi { NO_IPI, BEFORE_REFS, AFTER_REFS };
CONFIG(enum ipi, ipi, BEFORE_REFS);		/* tlb_remove_table_sync_one(), before or after the check of the references */
CONFIG(bool, keep_table, false);		/* the table is neither freed nor re-used */
CONFIG(bool, ordered, true);			/* refs++ is fully ordered, and khugepaged has an smp_mb() */

struct ptpage {
	bool pte;				/* maps the page */
};
OBJECTS(struct ptpage, ptpages, 1);

static struct page {
	atomic_t refs;
} page;
static struct ptpage *pmd;
static GHOST bool copied;			/* the mm does not use the page any more */

INIT
{
	pmd = alloc(ptpages);
	pmd->pte = true;
	atomic_set(&page.refs, 1);
}

static bool try_get_page(void)
{
	if (ordered)
		return atomic_inc_not_zero(&page.refs);
	atomic_fetch_add_relaxed(1, &page.refs);
	return true;
}

static bool gup_fast(void)
{
	struct ptpage *pt = READ_ONCE(pmd);

	if (!pt || !READ_ONCE(pt->pte) || !try_get_page())
		return false;
	if (READ_ONCE(pt->pte) && (!recheck_pmd || READ_ONCE(pmd) == pt))
		return true;
	atomic_dec(&page.refs);
	return false;
}

THREAD(gup, 1)
{
	bool pinned;

	local_irq_disable();
	pinned = gup_fast();
	local_irq_enable();
	if (!pinned)
		return;					/* the slow path waits for mmap_lock */
	skip();						/* DMA */
	ASSERT(dma_is_not_lost, !copied);
	atomic_dec(&page.refs);
}

THREAD(khugepaged, 1)					/* mmap_lock and all rmap locks are held for write */
{
	struct ptpage *pt = xchg_relaxed(&pmd, NULL);

	if (flush_by_ipi)
		smp_call_function_sync();
	if (ipi == BEFORE_REFS)
		tlb_remove_table_sync_one();
	if (ordered)
		smp_mb();
	if (atomic_read(&page.refs) != 1) {
		WRITE_ONCE(pmd, pt);
		return;
	}
	copied = true;
	if (ipi == AFTER_REFS)
		tlb_remove_table_sync_one();
	atomic_dec(&page.refs);				/* the last one: frees it */
	if (!keep_table)
		kfree(pt);
}

EXPECT(flush_by_ipi && !recheck_pmd && ipi == NO_IPI, HOLDS);					/* 1 */
EXPECT(!flush_by_ipi && !recheck_pmd && ipi == NO_IPI && keep_table, ASSERTION(dma_is_not_lost)); /* 2 */
EXPECT(!flush_by_ipi && !recheck_pmd && ipi == NO_IPI && !keep_table,
       USE_AFTER_FREE(ptpages), ASSERTION(dma_is_not_lost));					/* 2 */
EXPECT(recheck_pmd && ipi == NO_IPI && keep_table, HOLDS);					/* 3, bug 1 */
EXPECT(recheck_pmd && ipi == NO_IPI && !keep_table, USE_AFTER_FREE(ptpages));			/* 3, bug 2 */
EXPECT(recheck_pmd && (ipi == BEFORE_REFS || ipi == AFTER_REFS), HOLDS);			/* 4 */
EXPECT(!recheck_pmd && ipi == BEFORE_REFS, HOLDS);						/* 5 */
EXPECT(!recheck_pmd && ipi == AFTER_REFS, ASSERTION(dma_is_not_lost));				/* 5: too late */
EXPECT(recheck_pmd && ipi == NO_IPI && keep_table && !ordered, HOLDS, TSO);			/* 6 */
EXPECT(recheck_pmd && ipi == NO_IPI && keep_table && !ordered, ASSERTION(dma_is_not_lost), LKMM); /* 6 */
EXPECT(recheck_pmd && ipi == NO_IPI && keep_table && ordered, HOLDS, LKMM);			/* 6, ordered */
