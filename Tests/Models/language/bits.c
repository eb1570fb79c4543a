/* The bit operations; each is one step, and test_and_set_bit() makes a lock. */
#include <lockwalk.h>

enum { LOCKED, DIRTY, UPTODATE = 4 };

CONFIG(bool, one_step, true);

static unsigned long flags;
static u8 bytes;
GHOST static u2 inside;

THREAD(user, 2)
{
	if (one_step) {
		while (test_and_set_bit_lock(LOCKED, &flags))
			cpu_relax();
	} else {
		while (test_bit(LOCKED, &flags))
			cpu_relax();
		set_bit(LOCKED, &flags);
	}
	inside++;
	set_bit(UPTODATE, &bytes);
	if (!test_bit(UPTODATE, &bytes))
		BUG_ON(true);
	if (!test_and_clear_bit(UPTODATE, &bytes))
		BUG_ON(true);
	if (test_and_set_bit(DIRTY, &bytes))
		BUG_ON(true);
	ASSERT(dirty_only, bytes == 2);
	clear_bit(DIRTY, &bytes);
	ASSERT(clean, bytes == 0);
	inside--;
	clear_bit_unlock(LOCKED, &flags);
}

INVARIANT(exclusive)
{
	return inside <= 1;
}

EXPECT(one_step,  HOLDS);
EXPECT(!one_step, VIOLATED(exclusive), ASSERTION);
