/* A value that does not fit its u3: seven fits, eight does not. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CONFIG(bool, below, false);

static u3 count;

THREAD(counter, 1)
{
	int i;

	if (below) {
		count = 1;
		count--;
		if (broken)
			count--;
		return;
	}
	for (i = 0; i < (broken ? 8 : 7); i++)
		count++;
}

EXPECT(broken && (below || !below),  OVERFLOW);
EXPECT(!broken && (below || !below), HOLDS);
