/*
 * A kernel thread that sleeps until there is work or it is to stop: the state first, then the look.
 *
 * set_current_state() comes before the thread looks whether there is work: a wake-up in between makes it TASK_RUNNING again,
 * and schedule() returns at once. Work is done with the state TASK_RUNNING. kthread_stop() sets the flag, wakes the thread,
 * and waits until it has ended; only then is what it works on freed. A model for set_current_state(), to start from.
 *
 * Source: the comment at set_current_state() in include/linux/sched.h; kernel/kthread.c.
 */
#include <lockwalk.h>

CONFIG(bool, state_first, true);
CONFIG(bool, running_to_work, true);		/* TASK_RUNNING before the thread works, which may sleep */
CONFIG(bool, stop_first, true);			/* looks at the flag before it looks for work that is left */
CONFIG(bool, wait_for_end, true);		/* kthread_stop(); else it is only told to stop */
CONFIG(bool, wake_to_stop, true);
CONFIG(int, jobs, 2);

struct queue {
	struct mutex lock;
	u2           done;
};
OBJECTS(struct queue, queues, 1);

static struct queue *queue;
static u2 pending;
static bool should_stop;
static struct completion exited;

INIT { queue = alloc(queues); }

static void work(void)
{
	mutex_lock(&queue->lock);
	queue->done++;
	mutex_unlock(&queue->lock);
	ATOMIC { pending--; }
}

THREAD(kthread, 1)
{
	bool stop = false;

	for (;;) {
		if (state_first)
			set_current_state(TASK_INTERRUPTIBLE);
		if (stop_first)
			stop = READ_ONCE(should_stop);
		if (READ_ONCE(pending)) {
			if (running_to_work)
				__set_current_state(TASK_RUNNING);
			work();
			continue;
		}
		if (!stop_first)
			stop = READ_ONCE(should_stop);
		if (stop)
			break;
		if (!state_first)
			set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	complete(&exited);
}

THREAD(owner, 1)
{
	for (int i = 0; i < jobs; i++) {
		ATOMIC { pending++; }
		wake_up_process(kthread, 0);
	}
	WRITE_ONCE(should_stop, true);
	if (wake_to_stop)
		wake_up_process(kthread, 0);
	if (wait_for_end)
		wait_for_completion(&exited);
	kfree(queue);
}

FINALLY(all_is_done) { return !pending; }

EXPECT(state_first && wait_for_end, HOLDS);
EXPECT(!state_first, DEADLOCK);
EXPECT(!stop_first, VIOLATED(all_is_done));
EXPECT(!running_to_work, SLEEP_IN_ATOMIC);
EXPECT(!wait_for_end, USE_AFTER_FREE(queues), FREE_OF_LOCKED(queues));
EXPECT(!wake_to_stop, DEADLOCK);
