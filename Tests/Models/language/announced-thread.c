/* A thread that is spoken of before it is defined: `THREAD(name, count);` announces it to a C compiler. */
#include <lockwalk.h>

CONFIG(int, workers, 2);
THREAD(worker, workers);

static u2 done;

static bool all_ended(void)
{
	return ended(worker, 0) && ended(worker, 1);
}

THREAD(watcher, 1)
{
	wait_until(done == workers);
	ASSERT(none_left, all_ended());
}

THREAD(worker, workers)
{
	ATOMIC { done++; }
}

EXPECT(true, HOLDS);
