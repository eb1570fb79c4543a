/*
 * A guest's page fault against the invalidation of its page: the mmu_notifier sequence.
 *
 * The fault looks the page up in the host's page table (it may sleep, and keeps no reference), and later installs it in the
 * secondary page table under mmu_lock. The invalidation clears the secondary entry before the host's, and the fault must
 * not put it back: it retries if an invalidation is going on (the count), or one has ended since before the look-up (the
 * sequence number, read before it).
 *
 * Source: KVM: mmu_notifier_retry(), virt/kvm/kvm_main.c.
 */
#include <lockwalk.h>

enum check { NO_CHECK_AT_ALL, COUNT_ONLY, SEQUENCE_ONLY, BOTH };
CONFIG(enum check, check, BOTH);
CONFIG(int, vcpus, 1);
CONFIG(bool, seq_first, true);			/* the fault reads the sequence number before it looks the page up */
CONFIG(bool, rmb, true);			/* … and orders the two */
CONFIG(bool, check_locked, true);		/* under mmu_lock; else before it */
CONFIG(bool, bump_first, true);			/* at the end: the sequence number, then the count */

enum invalidate { START_AND_END, END_ONLY, UNDER_PTL };
CONFIG(enum invalidate, invalidate, START_AND_END);	/* UNDER_PTL: start, with the ptl held */
CONFIG(bool, sleeping, false);				/* mmu_lock is a mutex */
CONFIG(bool, endless, false);			/* invalidations of other pages, without end */

struct page { bool data; };
OBJECTS(struct page, pages, 1);

static struct kvm {
	spinlock_t   mmu_lock;
	struct mutex mmu_mutex;			/* mmu_lock, if that sleeps */
	u2           in_progress;
	u2           sequence;
	struct page *spte;			/* the secondary page table */
} kvm;
static struct page *pte;			/* the host's */
static spinlock_t ptl;

INIT { pte = alloc(pages); }

static void lock_mmu(void)
{
	if (sleeping)
		mutex_lock(&kvm.mmu_mutex);
	else
		spin_lock(&kvm.mmu_lock);
}

static void unlock_mmu(void)
{
	if (sleeping)
		mutex_unlock(&kvm.mmu_mutex);
	else
		spin_unlock(&kvm.mmu_lock);
}

static bool must_retry(u2 seq)
{
	return ((check & COUNT_ONLY) && READ_ONCE(kvm.in_progress))
	       || ((check & SEQUENCE_ONLY) && READ_ONCE(kvm.sequence) != seq);
}

THREAD(vcpu, vcpus)
{
	struct page *page;
	bool retry;
	u2 seq = 0;

	do {
		if (seq_first)
			seq = READ_ONCE(kvm.sequence);
		if (rmb)
			smp_rmb();
		page = READ_ONCE(pte);
		if (!page)
			return;				/* none: the host's fault handler, no concern of ours */
		if (!seq_first)
			seq = READ_ONCE(kvm.sequence);
		retry = !check_locked && must_retry(seq);
		lock_mmu();
		if (check_locked)
			retry = must_retry(seq);
		if (!retry)
			WRITE_ONCE(kvm.spte, page);
		unlock_mmu();
	} while (retry);
	ATOMIC {					/* the guest */
		if (kvm.spte)
			kvm.spte->data = true;
	}
}

static void invalidate_range_start(void)
{
	lock_mmu();
	WRITE_ONCE(kvm.in_progress, kvm.in_progress + 1);
	WRITE_ONCE(kvm.spte, NULL);			/* and flushes the secondary TLB */
	unlock_mmu();
}

static void invalidate_range_end(void)
{
	lock_mmu();
	if (invalidate == END_ONLY)
		WRITE_ONCE(kvm.spte, NULL);
	if (bump_first)
		WRITE_ONCE(kvm.sequence, (kvm.sequence + 1) & 3);
	if (invalidate != END_ONLY)
		WRITE_ONCE(kvm.in_progress, kvm.in_progress - 1);
	if (!bump_first)
		WRITE_ONCE(kvm.sequence, (kvm.sequence + 1) & 3);
	unlock_mmu();
}

THREAD(unmap, 1)
{
	struct page *page = pte;

	do {
		if (invalidate == UNDER_PTL)
			spin_lock(&ptl);
		if (invalidate != END_ONLY)
			invalidate_range_start();
		if (!endless) {
			WRITE_ONCE(pte, NULL);
			kfree(page);
		}
		if (invalidate == UNDER_PTL)
			spin_unlock(&ptl);
		invalidate_range_end();
	} while (endless);
}

EVENTUALLY(fault_ends) { return ended(vcpu, 0); }

EXPECT(check == NO_CHECK_AT_ALL, USE_AFTER_FREE(pages));					/* 1 */
EXPECT(check == COUNT_ONLY, USE_AFTER_FREE(pages));						/* 2 */
EXPECT(check == SEQUENCE_ONLY, USE_AFTER_FREE(pages));						/* 3 */
EXPECT(check == BOTH && (sleeping || !sleeping), HOLDS);					/* 4 */
EXPECT(check == BOTH && vcpus == 3, HOLDS);							/* 4 */
EXPECT(check == BOTH && rmb, HOLDS, LKMM);							/* 4 */
EXPECT(!seq_first, USE_AFTER_FREE(pages));							/* 5 */
EXPECT(!rmb, USE_AFTER_FREE(pages), LKMM);							/* 6 */
EXPECT(!bump_first && !check_locked, USE_AFTER_FREE(pages));					/* 7 */
EXPECT(bump_first && !check_locked, USE_AFTER_FREE(pages));	/* 7: so it is with the right order; the lock matters */
EXPECT(!bump_first && check_locked, HOLDS);							/* 7 */
EXPECT(invalidate == END_ONLY, USE_AFTER_FREE(pages));						/* 8 */
EXPECT(endless || !endless, HOLDS);								/* 9, safety */
EXPECT(!endless, HOLDS, WEAK);									/* 9 */
EXPECT(endless, LIVELOCK(fault_ends), STRONG);							/* 9 */
EXPECT(invalidate == UNDER_PTL && sleeping, SLEEP_IN_ATOMIC);					/* 10 */
EXPECT(invalidate == UNDER_PTL && !sleeping, HOLDS);						/* 10, a spinlock */
