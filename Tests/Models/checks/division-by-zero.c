/* A divisor that may be zero, and its remainder. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CONFIG(bool, remainder, false);

static u2 result;

THREAD(divider, 1)
{
	int by = pick(broken ? 0 : 1, 3);

	if (remainder)
		result = 3 % by;
	else
		result = 3 / by;
}

EXPECT(broken && (remainder || !remainder),  OVERFLOW);
EXPECT(!broken && (remainder || !remainder), HOLDS);
