/*
 * Two zaps of one range: the second finds nothing, and returns before the first has flushed.
 *
 * Both hold mmap_lock for read. A zap clears PTEs under the ptl, flushes the TLB once for many of them, and then frees the
 * pages. The page is safe; but madvise(MADV_DONTNEED) may return while the user still reaches the old page, and what he
 * writes is lost. So the mm counts the zaps that are under way, from before they clear a PTE to after their flush; and who finds
 * that there is another, after it has had the ptl, flushes even if it has cleared nothing.
 *
 * Source: 99baac21e458 "mm: fix MADV_[FREE|DONTNEED] TLB flush miss problem", 0a2c40487f3e "mm: migrate: fix barriers around
 * tlb_flush_pending" (2017). (models/include/mmu_gather.h is the rule.)
 */
#include <lockwalk.h>

enum count { NO_COUNT, BEFORE_PTL, WITHIN_PTL, AFTER_PTL };
CONFIG(enum count, count, BEFORE_PTL);		/* where mm->tlb_flush_pending is incremented */
CONFIG(bool, look_late, true);			/* it is looked at after the ptl; else before */
CONFIG(bool, drop_late, true);			/* it is decremented after the flush; else before */
CONFIG(int, zaps, 2);
CONFIG(bool, ordered, true);			/* the increment is fully ordered; else relaxed */

struct page {
	bool data;
};
OBJECTS(struct page, pages, 1);

static struct mm {
	struct rw_semaphore mmap_lock;
	atomic_t            tlb_flush_pending;
	spinlock_t          ptl;
	struct page        *pte;
} mm;
static GHOST bool dontneed;			/* an madvise() has returned */

INIT { mm.pte = alloc(pages); }

TLB(struct page *, tlb, 1);
TLB_WALK(tlb)
{
	if (cpu == 0 && mm.pte)
		tlb_fill(tlb, cpu, entry, mm.pte);
}

THREAD(user, 1)					/* on CPU 0 */
{
	struct page *page;

	ATOMIC {
		if (tlb_access(tlb, 0, &page)) {
			page->data = true;
			ASSERT(no_store_is_lost, !dontneed);
		}
	}
}

static void inc_tlb_flush_pending(void)
{
	if (ordered)
		atomic_inc_return(&mm.tlb_flush_pending);
	else
		atomic_inc(&mm.tlb_flush_pending);
}

THREAD(madvise, zaps)
{
	int pending = 0;
	struct page *page;

	down_read(&mm.mmap_lock);
	if (count == BEFORE_PTL)
		inc_tlb_flush_pending();
	if (!look_late)
		pending = atomic_read(&mm.tlb_flush_pending);

	spin_lock(&mm.ptl);
	page = READ_ONCE(mm.pte);
	if (page)
		WRITE_ONCE(mm.pte, NULL);
	if (count == WITHIN_PTL)
		inc_tlb_flush_pending();
	spin_unlock(&mm.ptl);

	if (count == AFTER_PTL)
		inc_tlb_flush_pending();
	if (look_late && count != NO_COUNT)
		pending = atomic_read(&mm.tlb_flush_pending);
	if (!drop_late)
		atomic_dec(&mm.tlb_flush_pending);
	if (page || pending > 1)
		tlb_flush_ipi(tlb, ALL_ENTRIES, ALL_CPUS);
	kfree(page);
	if (drop_late && count != NO_COUNT)
		atomic_dec(&mm.tlb_flush_pending);
	up_read(&mm.mmap_lock);
	dontneed = true;
}

EXPECT(count == NO_COUNT, ASSERTION(no_store_is_lost));						/* 1 */
EXPECT(count == BEFORE_PTL, HOLDS);								/* 2 */
EXPECT((count == BEFORE_PTL || count == WITHIN_PTL) && zaps == 3, HOLDS);			/* 2, 3 */
EXPECT(count == WITHIN_PTL, HOLDS);								/* 3 */
EXPECT(count == AFTER_PTL, ASSERTION(no_store_is_lost));					/* 4 */
EXPECT(!look_late, ASSERTION(no_store_is_lost));						/* 5 */
EXPECT(!ordered, HOLDS, LKMM);									/* 6 */
EXPECT(!drop_late, ASSERTION(no_store_is_lost));						/* 7 */
