/*
 * The page lock with a waiters bit: who unlocks looks for sleepers only if the bit is set.
 *
 * A sleeper queues itself and sets PG_waiters, then looks at PG_locked once more, then sleeps. Who unlocks clears PG_locked,
 * then looks at PG_waiters. Each writes one and reads the other, so either there are full barriers between, or one atomic
 * operation clears the one and returns the other. Pages share queues: the bit may go only when nobody is queued for the
 * page. Who is woken alone has to take the lock or wake the next.
 *
 * Source: 62906027091f "mm: add PageWaiters indicating tasks are waiting for a page bit" (2016), b91e1302ad9b "mm: optimize
 * PageWaiters bit use for unlock_page()" (2017).
 */
#include <lockwalk.h>

CONFIG(int, tasks, 2);

enum clear { STORE, LOCKED_RMW, ONE_RMW };
CONFIG(enum clear, clear, STORE);		/* of PG_locked; ONE_RMW returns PG_waiters */
CONFIG(bool, barriers, true);			/* between that and the look at PG_waiters */
CONFIG(bool, test_late, true);			/* a sleeper looks at PG_locked after it has set PG_waiters */
CONFIG(bool, keep_bit, true);			/* PG_waiters stays while somebody is queued */

enum killed { NOBODY, FORGETS, PASSES_ON };
CONFIG(enum killed, killed, NOBODY);		/* the last task may be killed when it has been woken */
CONFIG(bool, hand_off, false);			/* the lock goes to who is woken */
CONFIG(bool, endless, false);

static struct page {
	bool locked, waiters;			/* bits of one word, but for STORE */
	u2   handed;				/* hand_off: by whom, plus 1, to one of the others */
} page;

static wait_queue_head_t queue;
static spinlock_t queue_lock;			/* the kernel's is inside the queue */
GHOST static u2 inside;

static bool is_handed_to(int self)
{
	u2 by = READ_ONCE(page.handed);

	return by && by != self + 1;
}

static void wake_first(int self)
{
	spin_lock(&queue_lock);
	if (hand_off && waitqueue_active(&queue))
		WRITE_ONCE(page.handed, self + 1);
	else if (hand_off)
		WRITE_ONCE(page.locked, false);
	wake_up(&queue);
	if (!keep_bit || !waitqueue_active(&queue))
		WRITE_ONCE(page.waiters, false);
	spin_unlock(&queue_lock);
}

static void unlock_page(int self)
{
	bool waiters;

	if (hand_off) {
		wake_first(self);		/* PG_locked stays, if there is somebody */
		return;
	}
	if (clear == ONE_RMW) {
		ATOMIC { page.locked = false; waiters = page.waiters; }
	} else {
		if (clear == STORE)
			smp_store_release(&page.locked, false);
		else
			xchg_release(&page.locked, false);
		if (barriers)
			smp_mb();
		waiters = READ_ONCE(page.waiters);
	}
	if (waiters)
		wake_first(self);
}

static bool lock_page(int self)
{
	bool queued = false, locked = true;

	while (xchg(&page.locked, true)) {
		if (!test_late && !READ_ONCE(page.locked))
			continue;
		spin_lock(&queue_lock);
		WRITE_ONCE(page.waiters, true);
		prepare_to_wait_exclusive(&queue, TASK_UNINTERRUPTIBLE);	/* a full barrier */
		spin_unlock(&queue_lock);
		queued = true;
		if (!is_handed_to(self) && (!test_late || READ_ONCE(page.locked)))
			schedule();
		if (is_handed_to(self)) {
			WRITE_ONCE(page.handed, 0);
			break;
		}
		if (killed != NOBODY && self == tasks - 1 && maybe()) {
			locked = false;
			break;
		}
	}
	if (queued)
		finish_wait(&queue);
	if (!locked && killed == PASSES_ON)
		wake_first(self);		/* it may have been woken to take the lock */
	return locked;
}

THREAD(locker, tasks)
{
	do {
want:
		if (lock_page(self)) {
			inside++;
has_it:
			skip();
			inside--;
			unlock_page(self);
		}
	} while (endless);
}

INVARIANT(mutual_exclusion) { return inside <= 1; }
LEADS_TO(gets_lock, at(locker, 0, want), at(locker, 0, has_it))

EXPECT(clear == STORE, HOLDS);									/* 1 */
EXPECT(clear == STORE, HOLDS, LKMM);								/* 1 */
EXPECT(clear == STORE && !barriers, DEADLOCK, TSO);						/* 2 */
EXPECT((clear == STORE || clear == LOCKED_RMW) && !barriers, DEADLOCK, LKMM);			/* 2 */
EXPECT(clear == LOCKED_RMW && !barriers, HOLDS, TSO);						/* 2 */
EXPECT(clear == ONE_RMW, HOLDS);								/* 3 */
EXPECT(clear == ONE_RMW, HOLDS, LKMM);								/* 3 */
EXPECT(!test_late, DEADLOCK);									/* 4 */
EXPECT(tasks == 3 && !keep_bit, DEADLOCK);							/* 5 */
EXPECT(tasks == 3 && keep_bit, HOLDS);								/* 5 */
EXPECT(tasks == 3 && killed == FORGETS, DEADLOCK);						/* 6 */
EXPECT(tasks == 3 && killed == PASSES_ON, HOLDS);						/* 6 */
EXPECT(endless && (hand_off || !hand_off), HOLDS);						/* 7, safety */
EXPECT(hand_off, HOLDS);									/* 7, safety */
EXPECT(endless && !hand_off, LIVELOCK(gets_lock), WEAK);					/* 7 */
EXPECT(endless && hand_off, HOLDS, WEAK);							/* 7 */
