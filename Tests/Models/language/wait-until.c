/* wait_until() tests the whole condition in one step, and again later: a condition that was true is not remembered. */
#include <lockwalk.h>

static u2 x, y;

THREAD(waiter, 1)
{
	wait_until(x == y && x);
	ASSERT(at_once, x == y && x);
}

THREAD(writer, 1)
{
	WRITE_ONCE(x, 1);
	WRITE_ONCE(x, 2);
	WRITE_ONCE(y, 2);
}

EXPECT(true, HOLDS);
