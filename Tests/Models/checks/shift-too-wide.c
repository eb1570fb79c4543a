/* A shift by the width of the type. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static bool high;

THREAD(shifter, 1)
{
	int by = pick(30, broken ? 32 : 31);

	high = (1u << by) >> 31;
}

EXPECT(broken,  OVERFLOW);
EXPECT(!broken, HOLDS);
