/*
 * A pair guarded by a hand-made sequence counter of k bits.
 *
 * Source: case c13; include/linux/seqlock.h.
 */
#include <lockwalk.h>

CONFIG(int, writers, 1);
CONFIG(bool, write_lock_held, true);
CONFIG(bool, tests_odd, true);
CONFIG(int, mask, 7);                   /* of the counter: 3 bits */
CONFIG(int, writes, 1);                 /* of each writer */
CONFIG(bool, pointers, false);          /* the pair is a pointer that the reader follows at once */
CONFIG(bool, reader_rcu, false);
CONFIG(bool, falls_back, false);        /* read_seqbegin_or_lock() */

struct thing { u1 data; };
OBJECTS(struct thing, things, 2);

static u4 seq;
static u3 a, b;
static spinlock_t lock;
static struct thing *thing;

INIT { thing = alloc(things); }

static void bump(void)
{
	u4 old = READ_ONCE(seq);

	WRITE_ONCE(seq, (old + 1) & mask);
}

THREAD(writer, writers)
{
	int i;

	for (i = 0; i < writes; i++) {
		u3 value = READ_ONCE(a);

		if (write_lock_held) {
			spin_lock(&lock);
			value = READ_ONCE(a);
		}
		bump();
		smp_wmb();
		WRITE_ONCE(a, value + 1);
		WRITE_ONCE(b, value + 1);
		if (pointers) {
			struct thing *old = READ_ONCE(thing);

			WRITE_ONCE(thing, NULL);
			if (old)
				kfree_rcu(old);
		}
		smp_wmb();
		bump();
		if (write_lock_held)
			spin_unlock(&lock);
	}
}

THREAD(reader, 1)
{
	u4 start, now;
	u3 x, y;
	bool locked = false;

	do {
		if (reader_rcu)
			rcu_read_lock();
		do {
			start = smp_load_acquire(&seq);
		} while (tests_odd && (start & 1));
		x = READ_ONCE(a);
		y = READ_ONCE(b);
		if (pointers) {
			struct thing *found = READ_ONCE(thing);

			if (found)
				READ_ONCE(found->data);
		}
		smp_rmb();
		now = READ_ONCE(seq);
		if (reader_rcu)
			rcu_read_unlock();
		if (locked) {
			spin_unlock(&lock);
			break;
		}
		if (falls_back && start != now) {
			spin_lock(&lock);
			locked = true;
		}
	} while (locked || start != now);
	ASSERT(not_torn, x == y);
}

EXPECT(writers == 1,                                    HOLDS);                 /* as above */
EXPECT(writers == 2 && write_lock_held,                 HOLDS);
EXPECT(writers == 2 && !write_lock_held,                ASSERTION(not_torn));   /* without wl */
EXPECT(!tests_odd,                                      ASSERTION(not_torn));
EXPECT(mask == 3 && writes == 2,                        ASSERTION(not_torn));   /* 2^(k-1) writes in one read */
EXPECT(mask == 3 && writes == 1,                        HOLDS);
EXPECT(mask == 7 && writes == 3,                        HOLDS);
EXPECT(mask == 7 && writes == 4,                        ASSERTION(not_torn));
EXPECT(pointers && !reader_rcu,                         USE_AFTER_FREE(things));
EXPECT(pointers && reader_rcu,                          HOLDS);
EXPECT(falls_back && writes == 3,                       HOLDS);
