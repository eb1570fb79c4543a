/* Waiting for the other CPUs with interrupts off; under a spinlock it is legal. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static spinlock_t lock;

THREAD(sender, 1)
{
	if (broken)
		spin_lock_irq(&lock);
	else
		spin_lock(&lock);
	smp_call_function_sync();
	if (broken)
		spin_unlock_irq(&lock);
	else
		spin_unlock(&lock);
}

THREAD(other, 1)
{
	local_irq_disable();
	local_irq_enable();
}

EXPECT(broken,  SLEEP_IN_ATOMIC);
EXPECT(!broken, HOLDS);
