/* What an interrupt must not leave behind. */
#include <lockwalk.h>

enum left { NOTHING, SPINLOCK, RCU, PREEMPT };
CONFIG(enum left, left, NOTHING);

static spinlock_t lock;

THREAD(t, 1) { skip(); }

INTERRUPT(0, timer, 1)
{
	if (left == SPINLOCK) spin_lock(&lock);
	if (left == RCU) rcu_read_lock();
	if (left == PREEMPT) preempt_disable();
}

EXPECT(left == NOTHING, HOLDS);
EXPECT(left == SPINLOCK, LOCK_HELD_AT_EXIT);
EXPECT(left == RCU || left == PREEMPT, UNBALANCED);
