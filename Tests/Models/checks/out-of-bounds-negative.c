/* An index below zero. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static u1 table[2];
static u1 top;

THREAD(pop, 2)
{
	int i;

	ATOMIC {
		i = top;
		if (i > 0)
			top = i - 1;
	}
	if (broken || i > 0)
		WRITE_ONCE(table[i - 1], 1);
}

INIT { top = 1; }

EXPECT(broken,  OUT_OF_BOUNDS);
EXPECT(!broken, HOLDS);
