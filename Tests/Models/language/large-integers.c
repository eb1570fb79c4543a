/* 64 bits, and unsigned long. */
#include <lockwalk.h>

static u64 big = 1;
static unsigned long flags;
static s32 low = -2147483647;

THREAD(user, 1)
{
	u64 old;

	big = (big << 40) + 5;
	ASSERT(wider_than_32, big == 1099511627781ull && big >> 40 == 1);
	old = xchg(&big, 0);
	big--;
	ASSERT(wraps, old == 1099511627781ull && big == 18446744073709551615ull);
	set_bit(31, &flags);
	ASSERT(high_bit, flags == 2147483648ul);
	low--;
	ASSERT(lowest, low < 0 && low + 1 == -2147483647);
}

EXPECT(true, HOLDS);
