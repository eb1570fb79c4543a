/* smp_call_function_sync() waits until every other CPU has had interrupts on once; preemption off does not keep it waiting. */
#include <lockwalk.h>

enum section { IRQ_OFF, IRQ_SAVE, SPINLOCK_IRQ, PREEMPT_OFF, RCU };

CONFIG(enum section, section, IRQ_OFF);

struct object { u1 value; };
OBJECTS(struct object, objects, 1);

static spinlock_t lock;
static struct object *pointer;

INIT { pointer = alloc(objects); }

static void follow(void)
{
	struct object *object = READ_ONCE(pointer);

	if (object)
		READ_ONCE(object->value);
}

THREAD(walker, 1)
{
	unsigned long flags = 0;

	switch (section) {
	case IRQ_OFF:
		local_irq_disable();
		follow();
		local_irq_enable();
		break;
	case IRQ_SAVE:
		local_irq_save(flags);
		follow();
		local_irq_restore(flags);
		break;
	case SPINLOCK_IRQ:
		spin_lock_irq(&lock);
		follow();
		spin_unlock_irq(&lock);
		break;
	case PREEMPT_OFF:
		preempt_disable();
		follow();
		preempt_enable();
		break;
	case RCU:
		rcu_read_lock();
		follow();
		rcu_read_unlock();
		break;
	}
}

THREAD(freer, 1)
{
	struct object *old = xchg(&pointer, NULL);

	tlb_remove_table_sync_one();
	kfree(old);
}

EXPECT(section == IRQ_OFF || section == IRQ_SAVE || section == SPINLOCK_IRQ, HOLDS);
EXPECT(section == PREEMPT_OFF || section == RCU,                             USE_AFTER_FREE(objects));
