/* pick() gives every value between both ends, maybe() both; each is a step. */
#include <lockwalk.h>

static s8 value;
static u2 booleans;

THREAD(chooser, 1)
{
	value = pick(-1, 2);
	if (maybe())
		booleans |= 1;
	else
		booleans |= 2;
}

INVARIANT(in_range)
{
	return value >= -1 && value <= 2;
}

SOMETIMES(lowest) { return value == -1; }
SOMETIMES(one) { return value == 1; }
SOMETIMES(highest) { return value == 2; }
SOMETIMES(true_chosen) { return booleans == 1; }
SOMETIMES(false_chosen) { return booleans == 2; }
SOMETIMES(both_high) { return value == 2 && booleans == 1; }

EXPECT(true, HOLDS);
