/* A lock built from ATOMIC { wait_until(free); take; }. Testing and taking in two steps is no lock. */
#include <lockwalk.h>

CONFIG(bool, one_step, true);

static bool locked;
GHOST static u2 inside;

static void lock(void)
{
	if (one_step) {
		ATOMIC {
			wait_until(!locked);
			locked = true;
		}
	} else {
		wait_until(!locked);
		WRITE_ONCE(locked, true);
	}
	inside++;
}

static void unlock(void)
{
	inside--;
	WRITE_ONCE(locked, false);
}

THREAD(user, 2)
{
	lock();
	skip();
	unlock();
}

INVARIANT(exclusive)
{
	return inside <= 1;
}

EXPECT(one_step,  HOLDS);
EXPECT(!one_step, VIOLATED(exclusive));
