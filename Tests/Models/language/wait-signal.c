/* A signal may end an interruptible wait and time a timed one; neither need come, so a signal mends no lost wake-up, and
 * time does as it always passes. Only what fits the task state wakes it. */
#include <lockwalk.h>

enum form { INTERRUPTIBLE, KILLABLE, TIMEOUT, WRONG_STATE, PLAIN };
CONFIG(enum form, form, INTERRUPTIBLE);
CONFIG(bool, wakes, true);

static wait_queue_head_t wq;
static bool done;

THREAD(waiter, 1)
{
	int ret = 0;

	if (form == INTERRUPTIBLE)
		ret = wait_event_interruptible(wq, READ_ONCE(done));
	else if (form == KILLABLE)
		ret = wait_event_killable(wq, READ_ONCE(done));
	else if (form == TIMEOUT)
		ret = wait_event_timeout(wq, READ_ONCE(done), 1) - 1;
	else
		wait_event(wq, READ_ONCE(done));
	ASSERT(done_or_told, done || ret);
	if (ret)
		skip();
interrupted:
	skip();
}

THREAD(waker, 1)
{
	WRITE_ONCE(done, true);
	if (!wakes)
		return;
	if (form == WRONG_STATE)
		wake_up_interruptible(&wq);
	else
		wake_up(&wq);
}

SOMETIMES(before_done) { return at(waiter, 0, interrupted) && !done; }

EXPECT(form == INTERRUPTIBLE && wakes,  HOLDS);
EXPECT(form == INTERRUPTIBLE && !wakes, DEADLOCK);
EXPECT(form == KILLABLE && !wakes,      DEADLOCK);
EXPECT(form == TIMEOUT,                 HOLDS);
EXPECT(form == WRONG_STATE && wakes,    DEADLOCK);
EXPECT(form == PLAIN,                   UNREACHED(before_done));
