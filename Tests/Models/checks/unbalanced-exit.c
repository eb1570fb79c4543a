/* A thread ends inside an RCU, preempt-off or irq-off section. */
#include <lockwalk.h>

enum section { RCU, PREEMPT, IRQ };

CONFIG(bool, broken, true);
CONFIG(enum section, section, RCU);

static bool ready;

THREAD(user, 1)
{
	if (section == RCU)
		rcu_read_lock();
	if (section == PREEMPT)
		preempt_disable();
	if (section == IRQ)
		local_irq_disable();
	if (!READ_ONCE(ready) && broken)
		return;
	if (section == RCU)
		rcu_read_unlock();
	if (section == PREEMPT)
		preempt_enable();
	if (section == IRQ)
		local_irq_enable();
}

EXPECT(broken && section <= IRQ,  UNBALANCED);
EXPECT(!broken && section <= IRQ, HOLDS);
