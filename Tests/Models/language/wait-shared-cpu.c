/* A task that sleeps leaves its CPU to the one that is to wake it; a spinning one would not. Under PREEMPTION(NONE) nobody
 * comes between the test and the sleep on the own CPU, so a wake-up before queueing is lost only from another CPU. */
#include <lockwalk.h>

enum place { SAME, OTHER };
CONFIG(enum place, place, SAME);
CONFIG(bool, tests_first, false);
CONFIG(int, preemption, 0);

static wait_queue_head_t wq;
static bool done;

#define FULL_OR_NONE (preemption ? NONE : FULL)
PREEMPTION(FULL_OR_NONE);

THREAD_ON(0, waiter, 1)
{
	if (!tests_first) {
		wait_event(wq, READ_ONCE(done));
		return;
	}
	if (!READ_ONCE(done)) {
		prepare_to_wait(&wq);
		schedule();
		finish_wait(&wq);
	}
}

THREAD_ON(place, waker, 1)
{
	WRITE_ONCE(done, true);
	wake_up(&wq);
}

EXPECT(place == SAME && !tests_first && preemption == 0,  HOLDS);
EXPECT(place == SAME && !tests_first && preemption == 1,  HOLDS);
EXPECT(place == OTHER && !tests_first && preemption == 1, HOLDS);
EXPECT(place == SAME && tests_first && preemption == 0,   DEADLOCK);
EXPECT(place == SAME && tests_first && preemption == 1,   HOLDS);
EXPECT(place == OTHER && tests_first && preemption == 1,  DEADLOCK);
