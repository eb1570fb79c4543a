/* Waiting for an event under a spinlock, even one that has happened; queueing there is legal, sleeping is not. A call that
 * may sleep between prepare_to_wait() and schedule() loses the task state. */
#include <lockwalk.h>

enum form { EVENT, QUEUE, SCHEDULE, MUTEX };
CONFIG(enum form, form, QUEUE);

static wait_queue_head_t wq;
static spinlock_t lock;
static struct mutex sleeping;
static bool done;

THREAD(waiter, 1)
{
	spin_lock(&lock);
	if (form == EVENT) {
		wait_event(wq, READ_ONCE(done));
		spin_unlock(&lock);
		return;
	}
	prepare_to_wait(&wq);
	if (form != SCHEDULE)
		spin_unlock(&lock);
	if (form == MUTEX) {
		mutex_lock(&sleeping);
		mutex_unlock(&sleeping);
	}
	if (!READ_ONCE(done))
		schedule();
	if (form == SCHEDULE)
		spin_unlock(&lock);
	finish_wait(&wq);
}

THREAD(waker, 1)
{
	WRITE_ONCE(done, true);
	wake_up(&wq);
}

EXPECT(form == EVENT,    SLEEP_IN_ATOMIC);
EXPECT(form == SCHEDULE, SLEEP_IN_ATOMIC);
EXPECT(form == MUTEX,    SLEEP_IN_ATOMIC(mutex_lock));
EXPECT(form == QUEUE,    HOLDS);
