/* One unlock too many. Clean: sections nest, and each is left once. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CONFIG(bool, rcu, true);

static void enter(void)
{
	if (rcu)
		rcu_read_lock();
	else
		preempt_disable();
}

static void leave(void)
{
	if (rcu)
		rcu_read_unlock();
	else
		preempt_enable();
}

THREAD(user, 1)
{
	enter();
	enter();
	leave();
	leave();
	if (broken)
		leave();
}

EXPECT(broken && (rcu || !rcu),  UNBALANCED);
EXPECT(!broken && (rcu || !rcu), HOLDS);
