/* A for loop over a shared variable tests it as it stands: another thread may have changed it since the first statement. */
#include <lockwalk.h>

CONFIG(bool, shared, true);
static int counter, entered;

THREAD(looper, 1)
{
	if (shared) {
		for (counter = 0; counter < 1; counter++)
			entered++;
	} else {
		for (int i = 0; i < 1; i++)
			entered++;
	}
	ASSERT(entered, entered == 1);
}

THREAD(other, 1) { counter = 1; }

EXPECT(shared, ASSERTION(entered));
EXPECT(!shared, HOLDS);
