/* Threads of one CPU under PREEMPTION(FULL): a switch at any step, unless preemption is off. */
#include <lockwalk.h>

enum section { NOTHING, PREEMPT, SPINLOCK, TRYLOCK, IRQS, IRQSAVE, BH, RCU, MUTEX };
CONFIG(enum section, section, PREEMPT);
CONFIG(bool, same_cpu, true);

static spinlock_t lock;
static struct mutex mutex;
static int inside;

THREAD_ON(0, walker, 1)
{
	int flags;
	bool held = false;

	switch (section) {
	case NOTHING: break;
	case PREEMPT: preempt_disable(); preempt_disable(); preempt_enable(); break;
	case SPINLOCK: spin_lock(&lock); break;
	case TRYLOCK: held = spin_trylock(&lock); break;
	case IRQS: local_irq_disable(); break;
	case IRQSAVE: local_irq_disable(); local_irq_save(flags); local_irq_restore(flags); break;
	case BH: local_bh_disable(); break;
	case RCU: rcu_read_lock(); break;
	case MUTEX: mutex_lock(&mutex); break;
	}
	WRITE_ONCE(inside, 1);
	WRITE_ONCE(inside, 0);
	switch (section) {
	case NOTHING: break;
	case PREEMPT: preempt_enable(); break;
	case SPINLOCK: spin_unlock(&lock); break;
	case TRYLOCK: if (held) spin_unlock(&lock); break;
	case IRQS: local_irq_enable(); break;
	case IRQSAVE: local_irq_enable(); break;
	case BH: local_bh_enable(); break;
	case RCU: rcu_read_unlock(); break;
	case MUTEX: mutex_unlock(&mutex); break;
	}
}

THREAD_ON(same_cpu ? 0 : 1, other, 1)
{
	bool seen = READ_ONCE(inside);

	ASSERT(alone, !seen);
}

EXPECT(same_cpu && (section == PREEMPT || section == SPINLOCK || section == TRYLOCK || section == IRQS || section == IRQSAVE || section == BH), HOLDS);
EXPECT(same_cpu && (section == NOTHING || section == RCU || section == MUTEX), ASSERTION(alone));
EXPECT(!same_cpu, ASSERTION(alone));
