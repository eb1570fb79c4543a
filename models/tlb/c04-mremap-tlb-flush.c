/*
 * mremap moves a PTE and flushes the old address too late (CVE-2018-18281).
 *
 * The page is in nobody's mmu_gather: that it stays depends on its PTE, so on the ptl. mremap holds mmap_lock and both ptls
 * while it moves the PTE; a truncation comes by the rmap, takes the ptl of the new place, clears the PTE there, flushes the
 * new address, and frees the page. So mremap must have flushed the old address before it drops the ptl of the new place.
 *
 * Source: eb66ae030829 "mremap: properly flush TLB before releasing the page" (2018).
 */
#include <lockwalk.h>

enum flush { AFTER_BOTH, AFTER_NEW_PTL, BEFORE_NEW_PTL };
CONFIG(enum flush, flush, BEFORE_NEW_PTL);	/* the old address: before or after the unlock of the ptls */
CONFIG(bool, only_dirty, false);		/* mremap flushes only if the PTE was dirty (an old optimisation) */
CONFIG(bool, dirty, true);			/* the user has written to the page; else it only reads */

struct page {
	bool data;
};
OBJECTS(struct page, pages, 1);

typedef struct {
	struct page *page;
	bool         dirty;
} pte_t;

enum { OLD, NEW };				/* the two addresses */
static pte_t pte[2];
static spinlock_t ptl[2];
static struct rw_semaphore mmap_lock, i_mmap_rwsem;

TLB(struct page *, tlb, 2);
TLB_WALK(tlb)
{
	if (cpu == 0 && pte[entry].page)
		tlb_fill(tlb, cpu, entry, pte[entry].page);
}

INIT
{
	pte[OLD].page = alloc(pages);
	pte[OLD].dirty = dirty;
}

static pte_t ptep_get_and_clear(int address)
{
	pte_t none = { .page = NULL };

	return xchg(&pte[address], none);
}

THREAD(user, 1)					/* on CPU 0 */
{
	struct page *page;

	ATOMIC {
		if (tlb_access(tlb, OLD, &page)) {
			if (dirty)
				page->data = true;
			else
				READ_ONCE(page->data);
		}
	}
}

THREAD(mremap, 1)
{
	bool need_flush;
	pte_t moved;

	down_write(&mmap_lock);
	spin_lock(&ptl[OLD]);
	spin_lock_nested(&ptl[NEW], 1);
	moved = ptep_get_and_clear(OLD);
	WRITE_ONCE(pte[NEW], moved);
	need_flush = !only_dirty || moved.dirty;
	if (need_flush && flush == BEFORE_NEW_PTL)
		tlb_flush_ipi(tlb, OLD, ALL_CPUS);
	spin_unlock(&ptl[NEW]);
	if (need_flush && flush == AFTER_NEW_PTL)
		tlb_flush_ipi(tlb, OLD, ALL_CPUS);
	spin_unlock(&ptl[OLD]);
	if (need_flush && flush == AFTER_BOTH)
		tlb_flush_ipi(tlb, OLD, ALL_CPUS);
	up_write(&mmap_lock);
}

THREAD(truncate, 1)				/* finds the page at its new address */
{
	pte_t cleared;

	down_read(&i_mmap_rwsem);
	spin_lock(&ptl[NEW]);
	cleared = ptep_get_and_clear(NEW);
	if (cleared.page)
		tlb_flush_ipi(tlb, NEW, ALL_CPUS);
	spin_unlock(&ptl[NEW]);
	up_read(&i_mmap_rwsem);
	kfree(cleared.page);
}

EXPECT(flush == AFTER_BOTH, STALE_TLB(pages));							/* 1 */
EXPECT(flush == AFTER_NEW_PTL, STALE_TLB(pages));						/* 2 */
EXPECT(flush == BEFORE_NEW_PTL, HOLDS);								/* 3 */
EXPECT(only_dirty && !dirty, STALE_TLB(pages));							/* 4 */
EXPECT(only_dirty && dirty, HOLDS);								/* 4, a dirty one */
