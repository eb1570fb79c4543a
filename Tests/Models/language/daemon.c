/* A DAEMON need not end: FINALLY is judged when it waits. */
#include <lockwalk.h>

static u2 queued, done;

DAEMON(worker, 1)
{
	for (;;) {
		ATOMIC {
			wait_until(queued);
			queued--;
		}
		done++;
	}
}

THREAD(submitter, 2)
{
	ATOMIC { queued++; }
}

FINALLY(all_done)
{
	return !queued && done == 2;
}

EXPECT(true, HOLDS);
