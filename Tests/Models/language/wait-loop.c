/* The loop that wait_event() stands for, in one's own words; and one that forgets that schedule() may return for no
 * reason. */
#include <lockwalk.h>

CONFIG(bool, loops, true);
CONFIG(bool, by_process, false);

static wait_queue_head_t wq;
static bool done;

THREAD(waiter, 1)
{
	if (by_process) {
		set_current_state(TASK_INTERRUPTIBLE);
		while (!READ_ONCE(done)) {
			schedule();
			if (!loops)
				break;
			set_current_state(TASK_INTERRUPTIBLE);
		}
		__set_current_state(TASK_RUNNING);
	} else if (loops) {
		for (;;) {
			prepare_to_wait(&wq);
			if (READ_ONCE(done))
				break;
			schedule();
		}
		finish_wait(&wq);
	} else {
		prepare_to_wait(&wq);
		if (!READ_ONCE(done))
			schedule();
		finish_wait(&wq);
	}
	ASSERT(is_done, done);
}

THREAD(waker, 1)
{
	WRITE_ONCE(done, true);
	if (by_process)
		wake_up_process(waiter, 0);
	else
		wake_up_all(&wq);
}

EXPECT(loops && by_process,  HOLDS);
EXPECT(loops && !by_process, HOLDS);
EXPECT(!loops && by_process, ASSERTION(is_done));
EXPECT(!loops && !by_process, ASSERTION(is_done));
