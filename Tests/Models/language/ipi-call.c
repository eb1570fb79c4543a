/* A function runs on another CPU, on top of what that does; its sender waits. */
#include <lockwalk.h>
enum how { PLAIN, IRQS_OFF, TARGET_LOCKS, TARGET_IRQ_LOCKS, SLEEPS, OWN_LOCK };
CONFIG(enum how, how, PLAIN);
CONFIG(bool, all, false);
struct item { u2 value; };
OBJECTS(struct item, items, 1);
static struct item *item;
static spinlock_t lock;
static struct mutex mutex;
static int ran, in_section;
PER_CPU(int, seen);

INIT { item = alloc(items); item->value = 2; }

static void visit(struct item *it)
{
	ASSERT(atomic, smp_processor_id() != 1 || !in_section);
	per_cpu(seen, smp_processor_id()) = it->value;
	if (how == SLEEPS) { mutex_lock(&mutex); mutex_unlock(&mutex); }
	if (how == OWN_LOCK) { spin_lock(&lock); spin_unlock(&lock); }
	ATOMIC { ran++; }
}

THREAD(sender, 1)
{
	if (how == IRQS_OFF) local_irq_disable();
	if (how >= TARGET_LOCKS) spin_lock(&lock);
	if (all) on_each_cpu(visit, item); else smp_call_function_single(1, visit, item);
	ASSERT(done, ran == (all ? 2 : 1) && per_cpu(seen, 1) == 2 && per_cpu(seen, 0) == (all ? 2 : 0));
	if (how >= TARGET_LOCKS) spin_unlock(&lock);
	if (how == IRQS_OFF) local_irq_enable();
}
THREAD(target, 1)
{
	if (how == TARGET_LOCKS) { spin_lock(&lock); spin_unlock(&lock); }
	if (how == TARGET_IRQ_LOCKS) { spin_lock_irq(&lock); spin_unlock_irq(&lock); }
	local_irq_disable(); in_section = 1; in_section = 0; local_irq_enable();
}
EXPECT((how == PLAIN || how == TARGET_LOCKS) && !all, HOLDS);
EXPECT(how == IRQS_OFF, SLEEP_IN_ATOMIC);
EXPECT(how == SLEEPS, SLEEP_IN_ATOMIC);
EXPECT(how == TARGET_IRQ_LOCKS && all == false, DEADLOCK);
EXPECT(how == OWN_LOCK && all == false, DEADLOCK);
EXPECT(how == PLAIN && all == true, HOLDS);
