/* complete() lets one waiter pass, before or after it comes; complete_all() lets all of them pass. */
#include <lockwalk.h>

enum kind { ONCE, TWICE, ALL };

CONFIG(enum kind, kind, TWICE);

static struct completion done;
static bool ready;

THREAD(waiter, 2)
{
	bool r;

	wait_for_completion(&done);
	r = READ_ONCE(ready);
	ASSERT(after_it, r);
}

THREAD(worker, 1)
{
	WRITE_ONCE(ready, true);
	if (kind == ALL) {
		complete_all(&done);
		return;
	}
	complete(&done);
	if (kind == TWICE)
		complete(&done);
}

EXPECT(kind == TWICE || kind == ALL, HOLDS);
EXPECT(kind == ONCE,                 DEADLOCK);
