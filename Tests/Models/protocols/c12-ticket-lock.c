/*
 * The ticket spinlock: next and owner are small wrapping counters.
 *
 * Source: case c12; arch/x86/include/asm/spinlock.h until 4.2.
 */
#include <lockwalk.h>

CONFIG(int, bits, 2);
CONFIG(int, cpus, 3);
CONFIG(bool, test_and_set, false);
CONFIG(bool, tries, false);             /* one more that uses trylock */

static u8 next, owner;
static u1 taken;
GHOST static u2 inside;

static void lock(void)
{
	u8 ticket;

	if (test_and_set) {
		while (xchg(&taken, 1))
			cpu_relax();
		return;
	}
	ATOMIC {
		ticket = next;
		next = (ticket + 1) & ((1 << bits) - 1);
	}
	wait_until(owner == ticket);
}

static void unlock(void)
{
	if (test_and_set) {
		WRITE_ONCE(taken, 0);
		return;
	}
	smp_store_release(&owner, (owner + 1) & ((1 << bits) - 1));
}

THREAD(locker, cpus)
{
	lock();
	inside++;
	skip();
	inside--;
	unlock();
}

THREAD(trier, tries)
{
	u8 ticket = READ_ONCE(owner);

	if (cmpxchg_acquire(&next, ticket, (ticket + 1) & ((1 << bits) - 1)) != ticket)
		return;
	inside++;
	skip();
	inside--;
	unlock();
}

INVARIANT(one_inside)
{
	return inside <= 1;
}

EXPECT(bits == 2 && cpus == 3,                  HOLDS);                 /* 2^k > threads */
EXPECT(bits == 2 && cpus == 2 && tries,         HOLDS);                 /* trylock */
EXPECT(bits == 1 && cpus == 2,                  HOLDS);                 /* the waiting one sees 0, 1 */
EXPECT(bits == 1 && cpus == 3,                  VIOLATED(one_inside));  /* wraps */
EXPECT(test_and_set && cpus == 3,               HOLDS);                 /* exclusion */
