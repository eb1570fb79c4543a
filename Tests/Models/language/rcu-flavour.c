/* What holds off a grace period: rcu_read_lock() always; preemption, interrupts off and spinlocks only when CONSOLIDATED. */
#include <lockwalk.h>

enum section { RCU, PREEMPT_OFF, BH_OFF, IRQ_OFF, SPINLOCK, NONE };

CONFIG(enum section, section, RCU);
CONFIG(enum lw_rcu_flavor, flavour, CONSOLIDATED);
RCU_FLAVOR(flavour);

struct object { u1 value; };
OBJECTS(struct object, objects, 1);

static spinlock_t lock;
static struct object *pointer;

INIT { pointer = alloc(objects); }

static void follow(void)
{
	struct object *object = rcu_dereference(pointer);

	if (object)
		READ_ONCE(object->value);
}

THREAD(reader, 1)
{
	switch (section) {
	case RCU:
		rcu_read_lock();
		follow();
		rcu_read_unlock();
		break;
	case PREEMPT_OFF:
		preempt_disable();
		follow();
		preempt_enable();
		break;
	case BH_OFF:
		local_bh_disable();
		follow();
		local_bh_enable();
		break;
	case IRQ_OFF:
		local_irq_disable();
		follow();
		local_irq_enable();
		break;
	case SPINLOCK:
		spin_lock(&lock);
		follow();
		spin_unlock(&lock);
		break;
	case NONE:
		follow();
	}
}

THREAD(updater, 1)
{
	struct object *old = pointer;

	rcu_assign_pointer(pointer, NULL);
	synchronize_rcu();
	kfree(old);
}

EXPECT(section == RCU && (flavour == CONSOLIDATED || flavour == PREEMPT_ONLY),  HOLDS);
EXPECT(section <= SPINLOCK && flavour == CONSOLIDATED,                          HOLDS);
EXPECT(section != RCU && flavour == PREEMPT_ONLY,                               USE_AFTER_FREE(objects));
EXPECT(section == NONE && flavour == CONSOLIDATED,                              USE_AFTER_FREE(objects));
