/* wait_event() tests, queues, tests again and only then sleeps: a waker that changes the condition first and wakes up
 * afterwards is never missed, and who is woken for nothing sleeps again. */
#include <lockwalk.h>

CONFIG(int, sleepers, 2);
CONFIG(int, watchers, 0);             /* who looks makes spurious wake-ups to be seen: the same comes out */

static struct mm {
	wait_queue_head_t wq;
	u2 free;
} mm;

THREAD(sleeper, sleepers)
{
	bool got = false;

	while (!got) {
		wait_event(mm.wq, READ_ONCE(mm.free) > 0);
		ATOMIC {
			if (mm.free > 0) {
				mm.free--;
				got = true;
			}
		}
	}
}

THREAD(freer, sleepers)
{
	ATOMIC { mm.free++; }
	wake_up(&mm.wq);
}

THREAD(watcher, watchers)
{
	waitqueue_active(&mm.wq);
}

FINALLY(all_used) { return mm.free == 0; }

EXPECT(sleepers == 1 && watchers == 0, HOLDS);
EXPECT(sleepers == 2 && watchers == 0, HOLDS);
EXPECT(sleepers == 2 && watchers == 1, HOLDS);
