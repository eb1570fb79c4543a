/* An interrupt that waits for what it interrupted; a thread that waits for an interrupt which cannot come. */
#include <lockwalk.h>

enum fault { NONE_AT_ALL, LOCK_WITH_IRQS_ON, TWO_CPUS, WAITS_WITH_IRQS_OFF };
CONFIG(enum fault, fault, LOCK_WITH_IRQS_ON);

static spinlock_t lock;
static int done;

THREAD(walker, 1)
{
	if (fault == LOCK_WITH_IRQS_ON) spin_lock(&lock); else spin_lock_irq(&lock);
	if (fault == WAITS_WITH_IRQS_OFF) wait_until(done);
	if (fault == LOCK_WITH_IRQS_ON) spin_unlock(&lock); else spin_unlock_irq(&lock);
}

/* Holds the lock with interrupts on, on a CPU where none comes: its holder goes on. */
THREAD(other, 1) { spin_lock(&lock); spin_unlock(&lock); }

INTERRUPT(fault == TWO_CPUS ? 1 : 0, timer, 1)
{
	spin_lock(&lock);
	WRITE_ONCE(done, 1);
	spin_unlock(&lock);
}

FINALLY(judged) { return true; }

EXPECT(fault == NONE_AT_ALL, HOLDS);
EXPECT(fault == LOCK_WITH_IRQS_ON || fault == TWO_CPUS || fault == WAITS_WITH_IRQS_OFF, DEADLOCK);
