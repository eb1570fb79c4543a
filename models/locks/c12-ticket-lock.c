/*
 * The ticket lock: two small counters that wrap.
 *
 * Who wants the lock draws a ticket and waits until it is served; the holder, who alone writes `owner`, serves the next one
 * with an ordinary load and a store-release. Fair: nobody is overtaken. With as many waiters as there are tickets, two hold
 * the same one. Beside it, the test-and-set lock, which is not fair.
 *
 * Source: the x86 ticket spinlock (until 4.2).
 */
#include <lockwalk.h>

enum lock { TICKET, TEST_AND_SET };
CONFIG(enum lock, lock, TICKET);
CONFIG(int, threads, 3);
CONFIG(int, tickets, 4);			/* the counters wrap at that number */
CONFIG(bool, acquire, true);			/* the load that ends the waiting */
CONFIG(bool, release, true);			/* the store that serves the next one */
CONFIG(bool, judge_order, false);		/* nobody is overtaken more often than there are others */

static struct lock_word {
	u2   next, owner;
	bool taken;
} word;
static bool data;				/* each section turns it over */
static GHOST bool last;				/* what the last section wrote */
static GHOST u2 inside;
static GHOST bool waiting;			/* thread 0; how often it was overtaken since */
static GHOST u3 overtaken;

static void acquire_lock(int self)
{
	u2 ticket;

	if (lock == TEST_AND_SET) {
		skip();					/* asks for it */
		waiting = waiting || self == 0;
		ATOMIC { wait_until(!word.taken); word.taken = true; }
		return;
	}
	ATOMIC { ticket = word.next; word.next = (ticket + 1) % tickets; }	/* xadd */
	waiting = waiting || self == 0;
	if (acquire)
		smp_cond_load_acquire(&word.owner, VAL == ticket);
	else
		smp_cond_load_relaxed(&word.owner, VAL == ticket);
}

static void release_lock(void)
{
	u2 next;

	if (lock == TEST_AND_SET) {
		smp_store_release(&word.taken, false);
		return;
	}
	next = (READ_ONCE(word.owner) + 1) % tickets;		/* owner++: nobody else writes it */
	if (release)
		smp_store_release(&word.owner, next);
	else
		WRITE_ONCE(word.owner, next);
}

THREAD(locker, threads)
{
	bool old;

	for (;;) {
want:
		acquire_lock(self);
		inside++;
		overtaken = self == 0 ? 0 : overtaken + (waiting && overtaken < 7);
		waiting = waiting && self != 0;
section:
		old = READ_ONCE(data);
		ASSERT(sees_the_last_section, old == last);
		WRITE_ONCE(data, !old);
		last = !old;
		release_lock();
		inside--;
	}
}

INVARIANT(mutual_exclusion) { return inside <= 1; }
INVARIANT(first_come_first_served) { return !judge_order || overtaken < threads; }
LEADS_TO(gets_in, at(locker, 0, want), at(locker, 0, section))

EXPECT(lock == TICKET, HOLDS);									/* 1 */
EXPECT(lock == TICKET && judge_order, HOLDS);							/* 1, FIFO */
EXPECT(lock == TICKET, HOLDS, WEAK);								/* 1, no starvation */
EXPECT(lock == TICKET, HOLDS, TSO);								/* 1 */
EXPECT(lock == TICKET, HOLDS, LKMM);								/* 1 */
EXPECT(threads == 3 && tickets == 2, VIOLATED(mutual_exclusion), ASSERTION(sees_the_last_section)); /* 2 */
EXPECT(threads == 2 && tickets == 2, HOLDS);							/* 2, one fewer; 3 */
EXPECT(!release, HOLDS, TSO);									/* 4 */
EXPECT(!release, ASSERTION(sees_the_last_section), LKMM);					/* 4 */
EXPECT(!acquire, HOLDS, TSO);									/* 4 */
EXPECT(!acquire, ASSERTION(sees_the_last_section), LKMM);					/* 4 */
EXPECT(lock == TEST_AND_SET, HOLDS);								/* 5, safety */
EXPECT(lock == TEST_AND_SET && judge_order, VIOLATED(first_come_first_served));			/* 5 */
EXPECT(lock == TEST_AND_SET, LIVELOCK(gets_in), WEAK);						/* 5 */
EXPECT(lock == TEST_AND_SET, HOLDS, STRONG);							/* 5 */
