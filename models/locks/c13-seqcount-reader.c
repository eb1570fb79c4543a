/*
 * A seqcount, by hand: readers who may be wrong, and find out.
 *
 * The writer, alone under a lock, makes the count odd, changes the data, and makes it even. A reader waits for an even count,
 * reads, and starts again if the count has changed. What it has read in between may be torn, or gone: it must not follow a
 * pointer unless something else keeps the object. A count of k bits misses 2^(k-1) writes. (Lockwalk's seqcount_t is this rule.)
 *
 * Source: include/linux/seqlock.h.
 */
#include <lockwalk.h>

CONFIG(int, writers, 1);
CONFIG(bool, serialise, true);			/* writers hold a lock */
CONFIG(int, writes, 1);				/* by each writer */
CONFIG(bool, endless, false);			/* writers go on for ever */
CONFIG(int, counts, 8);				/* the sequence count wraps at that number */
CONFIG(bool, check_odd, true);			/* by the reader */
CONFIG(bool, rmb, true);			/* before the reader looks at the count again */
CONFIG(bool, wmb, true);			/* after the first increment */

enum follow { NO_POINTER, AT_ONCE, IN_RCU };
CONFIG(enum follow, follow, NO_POINTER);	/* a pointer that was read inside */
CONFIG(bool, or_lock, false);			/* read_seqbegin_or_lock(): the second pass takes the lock */
CONFIG(bool, spin, true);			/* the first pass waits for an even count, as the kernel's does */

struct object {
	bool field;
};
OBJECTS(struct object, objects, 2);

static spinlock_t lock;
static u3 sequence;
static bool a, b;				/* equal, but for the writer */
static struct object *object;
static GHOST u3 missed;				/* writes since the reader looked at the count */

INIT { object = alloc(objects); }

THREAD(reader, 1)
{
	bool x, y, locked = false;
	struct object *p;
	u3 seq = 0;

	if (follow == IN_RCU)
		rcu_read_lock();
again:
	if (locked)
		spin_lock(&lock);
	else
		do {
			seq = smp_load_acquire(&sequence);
			missed = 0;
		} while (check_odd && spin && (seq & 1));
	x = READ_ONCE(a);
	if (follow != NO_POINTER) {
		p = READ_ONCE(object);
		READ_ONCE(p->field);
	}
	y = READ_ONCE(b);
	if (rmb)
		smp_rmb();
	if (!locked && (READ_ONCE(sequence) != seq || (!spin && (seq & 1)))) {
		locked = or_lock;
		goto again;
	}
	ASSERT(sees_one_version, x == y);
	if (locked)
		spin_unlock(&lock);
	if (follow == IN_RCU)
		rcu_read_unlock();
}

static void write(void)
{
	struct object *old;
	bool value;

	if (serialise)
		spin_lock(&lock);
	WRITE_ONCE(sequence, (sequence + 1) % counts);
	if (wmb)
		smp_wmb();
	value = !a;
	WRITE_ONCE(a, value);
	if (follow != NO_POINTER) {
		old = object;
		rcu_assign_pointer(object, alloc(objects));
		if (follow == IN_RCU)
			kfree_rcu(old);
		else
			kfree(old);
	}
	WRITE_ONCE(b, value);
	smp_wmb();
	WRITE_ONCE(sequence, (sequence + 1) % counts);
	if (serialise)
		spin_unlock(&lock);
}

THREAD(writer, writers)
{
	for (int i = 0; endless || i < writes; i++) {
		write();
		missed = missed + (missed < 7);
		if (endless)
			i = 0;
	}
}

/* Writers without end would wrap the count within one read, some day: that is row 6. */
CONSTRAINT(no_wrap) { return !endless || missed < counts / 2 - 1; }
EVENTUALLY(read_ends) { return ended(reader, 0); }

EXPECT(writes == 2, HOLDS);									/* 1 */
EXPECT(writes == 2, HOLDS, TSO);								/* 1 */
EXPECT(writes == 2, HOLDS, LKMM);								/* 1 */
EXPECT(writers == 2 && serialise, HOLDS);							/* 2, locked */
EXPECT(writers == 2 && !serialise, ASSERTION(sees_one_version));				/* 2 */
EXPECT(!check_odd, ASSERTION(sees_one_version));						/* 3 */
EXPECT(!rmb, HOLDS, TSO);									/* 4 */
EXPECT(!rmb, ASSERTION(sees_one_version), LKMM);						/* 4 */
EXPECT(!wmb, HOLDS, TSO);									/* 5 */
EXPECT(!wmb, ASSERTION(sees_one_version), LKMM);						/* 5 */
EXPECT(writes == 2 && counts == 4, ASSERTION(sees_one_version));				/* 6 */
EXPECT(writes == 2 && counts == 8, HOLDS);							/* 6 */
EXPECT(follow == AT_ONCE, USE_AFTER_FREE(objects));						/* 7 */
EXPECT(follow == IN_RCU, HOLDS);								/* 7 */
EXPECT(endless, LIVELOCK(read_ends), STRONG);							/* 8 */
EXPECT(endless && or_lock && (spin || !spin), HOLDS);						/* 8, safety */
EXPECT(endless && or_lock && !spin, HOLDS, WEAK);						/* 8 */
EXPECT(endless && or_lock && spin, LIVELOCK(read_ends), WEAK);	/* 8: the first pass may find it odd again and again */
