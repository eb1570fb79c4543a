/* The ways to lose a wake-up. Where a spurious one would mend it, it is lost all the same. */
#include <lockwalk.h>

enum bug { NONE, NO_WAKE_UP, WAKE_UP_FIRST, TEST_BEFORE_QUEUE, STATE_AFTER_TEST };
CONFIG(enum bug, bug, NONE);
CONFIG(int, watchers, 0);             /* who looks makes spurious wake-ups to be seen: the same comes out */

static wait_queue_head_t wq;
static bool done;

THREAD(waiter, 1)
{
	if (bug <= WAKE_UP_FIRST) {
		wait_event(wq, READ_ONCE(done));
		return;
	}
	if (bug == TEST_BEFORE_QUEUE) {
		while (!READ_ONCE(done)) {
			prepare_to_wait(&wq);
			schedule();
		}
		finish_wait(&wq);
		return;
	}
	while (!READ_ONCE(done)) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
}

THREAD(waker, 1)
{
	if (bug == WAKE_UP_FIRST)
		wake_up(&wq);
	WRITE_ONCE(done, true);
	if (bug == STATE_AFTER_TEST)
		wake_up_process(waiter, 0);
	else if (bug != NO_WAKE_UP && bug != WAKE_UP_FIRST)
		wake_up(&wq);
}

THREAD(watcher, watchers)
{
	waitqueue_active(&wq);
}

EXPECT(bug == NONE,              HOLDS);
EXPECT(bug == NO_WAKE_UP,        DEADLOCK);
EXPECT(bug == WAKE_UP_FIRST,     DEADLOCK);
EXPECT(bug == TEST_BEFORE_QUEUE, DEADLOCK);
EXPECT(bug == STATE_AFTER_TEST,  DEADLOCK);
EXPECT(bug == NONE && watchers == 1,          HOLDS);
EXPECT(bug == NO_WAKE_UP && watchers == 1,    DEADLOCK);
EXPECT(bug == WAKE_UP_FIRST && watchers == 1, DEADLOCK);
