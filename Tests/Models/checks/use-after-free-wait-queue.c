/* The waiter frees the object as soon as it is done, with the wake-up in it still to come. Waking under the lock that the
 * waiter takes mends it; and a task that was woken does not look at the queue again in finish_wait(). */
#include <lockwalk.h>

enum rule { UNLOCKED, LOCKED };
CONFIG(enum rule, rule, LOCKED);

struct work {
	wait_queue_head_t wq;
	bool done;
};
OBJECTS(struct work, works, 1);
static struct work *pending;
static spinlock_t lock;

INIT { pending = alloc(works); }

THREAD(waiter, 1)
{
	struct work *w = pending;

	wait_event(w->wq, READ_ONCE(w->done));
	if (rule == LOCKED) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	kfree(w);
}

THREAD(worker, 1)
{
	struct work *w = pending;

	if (rule == LOCKED)
		spin_lock(&lock);
	WRITE_ONCE(w->done, true);
	wake_up(&w->wq);
	if (rule == LOCKED)
		spin_unlock(&lock);
}

EXPECT(rule == UNLOCKED, USE_AFTER_FREE(works));
EXPECT(rule == LOCKED,   HOLDS);
