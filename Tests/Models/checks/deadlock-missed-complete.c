/* An error path forgets the complete() that somebody waits for. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static struct completion done;

THREAD(waiter, 1)
{
	wait_for_completion(&done);
}

THREAD(worker, 1)
{
	bool failed = maybe();

	if (failed && broken)
		return;
	complete(&done);
}

EXPECT(broken,  DEADLOCK);
EXPECT(!broken, HOLDS);
