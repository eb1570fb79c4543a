/*
 * A secondary MMU maps a page while the primary one takes it away.
 *
 * Source: case c16; the mmu_notifier_seq / in-progress rule of KVM.
 */
#include <lockwalk.h>

enum retry { NO_RETRY, COUNT_ONLY, SEQ_ONLY, BOTH };

CONFIG(enum retry, retry, BOTH);
CONFIG(bool, seq_after_lookup, false);
CONFIG(bool, count_before_seq, false);  /* at the end: cnt-- before seq++ */
CONFIG(bool, checks_locked, true);      /* F checks under kl */
CONFIG(bool, only_end, false);          /* there is no start: the spte is dropped after the page was freed */
CONFIG(bool, sleeping_kl, false);       /* kl is a mutex, and the notifier is called with the ptl held */

struct page { u1 data; };
OBJECTS(struct page, pages, 1);

static struct page *pte, *spte;
static spinlock_t kl, ptl;
static struct mutex kl_mutex;
static u1 count;
static u2 seq;

INIT { pte = alloc(pages); }

static void kl_lock(void)
{
	if (sleeping_kl)
		mutex_lock(&kl_mutex);
	else
		spin_lock(&kl);
}

static void kl_unlock(void)
{
	if (sleeping_kl)
		mutex_unlock(&kl_mutex);
	else
		spin_unlock(&kl);
}

static bool stale(u2 start)
{
	if ((retry == COUNT_ONLY || retry == BOTH) && READ_ONCE(count))
		return true;
	return (retry == SEQ_ONLY || retry == BOTH) && READ_ONCE(seq) != start;
}

THREAD(fault, 1)
{
	u2 start = 0;
	struct page *page;

again:
	if (!seq_after_lookup)
		start = READ_ONCE(seq);
	smp_rmb();
	page = READ_ONCE(pte);
	if (seq_after_lookup)
		start = READ_ONCE(seq);
	if (!page)
		return;
	if (!checks_locked && stale(start))
		goto again;
	kl_lock();
	if (checks_locked && stale(start)) {
		kl_unlock();
		goto again;
	}
	WRITE_ONCE(spte, page);
	kl_unlock();
}

THREAD(invalidate, 1)
{
	struct page *page = READ_ONCE(pte);

	if (sleeping_kl)
		spin_lock(&ptl);
	if (!only_end) {
		kl_lock();
		ATOMIC { count++; }
		WRITE_ONCE(spte, NULL);
		kl_unlock();
	}
	WRITE_ONCE(pte, NULL);
	kfree(page);
	kl_lock();
	if (only_end) {
		ATOMIC { seq++; }
		WRITE_ONCE(spte, NULL);
	} else if (count_before_seq) {
		ATOMIC { count--; }
		ATOMIC { seq++; }
	} else {
		ATOMIC { seq++; }
		smp_wmb();
		ATOMIC { count--; }
	}
	kl_unlock();
	if (sleeping_kl)
		spin_unlock(&ptl);
}

THREAD(device, 1)
{
	ATOMIC {                                /* look-up and access are one for the hardware */
		if (spte)
			READ_ONCE(spte->data);
	}
}

EXPECT(retry == NO_RETRY,                       USE_AFTER_FREE(pages)); /* no retry check */
EXPECT(retry == COUNT_ONLY,                     USE_AFTER_FREE(pages)); /* whole I in between */
EXPECT(retry == SEQ_ONLY,                       USE_AFTER_FREE(pages)); /* I between start and end */
EXPECT(retry == BOTH,                           HOLDS);
EXPECT(seq_after_lookup,                        USE_AFTER_FREE(pages));
EXPECT(count_before_seq && !checks_locked,      USE_AFTER_FREE(pages));
EXPECT(count_before_seq && checks_locked,       HOLDS);
EXPECT(only_end,                                USE_AFTER_FREE(pages));
EXPECT(sleeping_kl,                             SLEEP_IN_ATOMIC);
