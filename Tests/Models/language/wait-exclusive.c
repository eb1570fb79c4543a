/* Of exclusive waiters wake_up() wakes one, wake_up_all() all: a waker that frees two and wakes one loses a wake-up. Two
 * wake-ups do not do it either if waiters may take what they were not woken for: the first wakes one who comes too late,
 * the second one who has got his and is on his way out of the queue. */
#include <lockwalk.h>

CONFIG(bool, all, true);
CONFIG(int, freed, 2);

static wait_queue_head_t wq;
static atomic_t nr_free;

THREAD(waiter, 2)
{
	wait_event_exclusive(wq, atomic_add_unless(&nr_free, -1, 0));
}

THREAD(freer, 1)
{
	int i;

	if (freed == 2) {
		atomic_add(2, &nr_free);
		if (all)
			wake_up_all(&wq);
		else
			wake_up(&wq);
		return;
	}
	for (i = 0; i < 2; i++) {
		atomic_inc(&nr_free);
		if (all)
			wake_up_all(&wq);
		else
			wake_up(&wq);
	}
}

EXPECT(freed == 2 && all,  HOLDS);
EXPECT(freed == 2 && !all, DEADLOCK);
EXPECT(freed == 1 && !all, DEADLOCK);
EXPECT(freed == 1 && all,  HOLDS);
