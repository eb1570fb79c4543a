/*
 * Reclaim flushes the TLB late, once for many pages; mprotect() of the same range has to notice.
 *
 * Reclaim clears PTEs under their ptls, remembers in the mm that a flush is due, flushes, and writes out or frees the pages.
 * mprotect finds such a PTE empty and has nothing to flush; but when it returns, the user must not be able to write any more.
 * So, under the ptl, it looks whether a flush is due, and does it itself. To forget that a flush was due, a flag will not do:
 * reclaim may have cleared another PTE in between. Since 5.19 there are two counts, of flushes due and of those done, in one
 * word, and it is changed only if it has not changed.
 *
 * Source: 3ea277194daa "mm, mprotect: flush TLB if potentially racing with a parallel reclaim leaving stale TLB entries"
 * (2017), reported by Nadav Amit; 5ee2fa2f0636 (2022).
 */
#include <lockwalk.h>

enum check { NO_CHECK_AT_ALL, BEFORE_PTL, UNDER_PTL };
CONFIG(enum check, check, UNDER_PTL);		/* where mprotect looks whether a flush is due */

enum batched { FLAG, COUNTS };
CONFIG(enum batched, batched, FLAG);
CONFIG(int, counts, 4);				/* they wrap at that number */
CONFIG(bool, set_under_ptl, true);		/* reclaim says that a flush is due */
CONFIG(bool, free_early, false);		/* reclaim frees the pages before it flushes */

enum change { MPROTECT, FORK };
CONFIG(enum change, change, MPROTECT);		/* fork makes the PTEs read-only, and shares the pages */
CONFIG(int, nr, 1);				/* PTEs, each with a ptl of its own; and as many mprotects */

struct page { bool data; };
OBJECTS(struct page, pages, nr);

typedef struct {
	struct page *page;
	bool         write;
} pte_t;

typedef struct {
	u2 pending, flushed;
} batch_t;

static struct mm {
	struct rw_semaphore mmap_lock;
	pte_t      pte[nr];
	spinlock_t ptl[nr];
	batch_t    batch;			/* a flush is due while the two differ */
} mm;
static GHOST bool changed[nr];			/* mprotect or fork has returned */

INIT
{
	for (int i = 0; i < nr; i++) {
		mm.pte[i].page = alloc(pages);
		mm.pte[i].write = true;
	}
}

TLB(pte_t, tlb, nr);
TLB_WALK(tlb)
{
	if (cpu == 0 && mm.pte[entry].page)
		tlb_fill(tlb, cpu, entry, mm.pte[entry]);
}

THREAD(user, 1)					/* on CPU 0 */
{
	pte_t pte;

	for (int i = 0; i < nr; i++)
		ATOMIC {
			if (tlb_access(tlb, i, &pte) && pte.write) {
				pte.page->data = true;
				ASSERT(no_late_write, !changed[i]);
			}
		}
}

static void set_flush_pending(void)		/* set_tlb_ubc_flush_pending() */
{
	ATOMIC { mm.batch.pending = batched == FLAG ? 1 : (mm.batch.pending + 1) % counts; }
}

static void flush_if_pending(void)		/* flush_tlb_batched_pending() */
{
	batch_t batch = READ_ONCE(mm.batch), done = batch;

	if (batch.pending == batch.flushed)
		return;
	tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS);
	done.flushed = batch.pending;
	if (batched == FLAG)
		WRITE_ONCE(mm.batch.pending, 0);
	else
		try_cmpxchg(&mm.batch, &batch, done);
}

THREAD(reclaim, 1)
{
	pte_t pte[nr], none = { .page = NULL };

	for (int i = 0; i < nr; i++) {
		spin_lock(&mm.ptl[i]);
		pte[i] = xchg(&mm.pte[i], none);
		if (set_under_ptl)
			set_flush_pending();
		spin_unlock(&mm.ptl[i]);
		if (!set_under_ptl)
			set_flush_pending();
	}
	if (!free_early)
		tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS);
	for (int i = 0; i < nr; i++)
		kfree(pte[i].page);
	if (free_early)
		tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS);
}

THREAD(mprotect, nr)				/* or fork */
{
	bool need_flush;
	pte_t pte;

	down_write(&mm.mmap_lock);
	if (check == BEFORE_PTL)
		flush_if_pending();
	spin_lock(&mm.ptl[self]);
	if (check == UNDER_PTL)
		flush_if_pending();
	pte = READ_ONCE(mm.pte[self]);
	need_flush = pte.page;
	if (change == MPROTECT)
		pte.page = NULL;
	pte.write = false;
	if (need_flush)
		WRITE_ONCE(mm.pte[self], pte);
	spin_unlock(&mm.ptl[self]);
	if (need_flush)
		tlb_flush_broadcast(tlb, self, ALL_CPUS);
	changed[self] = true;
	up_write(&mm.mmap_lock);
}

EXPECT(check == NO_CHECK_AT_ALL, ASSERTION(no_late_write));					/* 1 */
EXPECT(check == UNDER_PTL, HOLDS);								/* 2 */
EXPECT(check == BEFORE_PTL, ASSERTION(no_late_write));						/* 3 */
EXPECT(!set_under_ptl, ASSERTION(no_late_write));						/* 4 */
EXPECT(nr == 2 && batched == FLAG, ASSERTION(no_late_write));					/* 5 */
EXPECT(nr == 2 && batched == COUNTS && counts == 4, HOLDS);					/* 5, counts */
EXPECT(nr == 2 && batched == COUNTS && counts == 2, ASSERTION(no_late_write));			/* 5, they wrap */
EXPECT(free_early, STALE_TLB(pages));								/* 6 */
EXPECT(change == FORK && check == NO_CHECK_AT_ALL, ASSERTION(no_late_write));			/* 7 */
EXPECT(change == FORK && check == UNDER_PTL, HOLDS);						/* 7, fixed */
