/* An interrupt runs on top of its CPU: at any step with interrupts on, as often as its count says at most. */
#include <lockwalk.h>

enum where { BARE, IRQS_OFF, IRQSAVE_NESTED, LOCK_IRQ, OTHER_CPU, PREEMPT_OFF };
CONFIG(enum where, where, IRQS_OFF);
CONFIG(bool, shared, false);

static spinlock_t lock;
static int inside, came;
static int *stack;
GHOST static bool handler_runs;

INIT { stack = NULL; }

THREAD_ON(where == OTHER_CPU, walker, 1)
{
	int outer, inner;

	if (where == IRQS_OFF) local_irq_disable();
	if (where == IRQSAVE_NESTED) { local_irq_save(outer); local_irq_save(inner); local_irq_restore(inner); }
	if (where == LOCK_IRQ) spin_lock_irq(&lock);
	if (where == PREEMPT_OFF) preempt_disable();
	WRITE_ONCE(inside, 1);
	ASSERT(on_top, where == OTHER_CPU || !handler_runs);
	WRITE_ONCE(inside, 0);
	if (where == IRQS_OFF) local_irq_enable();
	if (where == IRQSAVE_NESTED) local_irq_restore(outer);
	if (where == LOCK_IRQ) spin_unlock_irq(&lock);
	if (where == PREEMPT_OFF) preempt_enable();
}

THREAD_ON(shared ? where == OTHER_CPU : 2, other, 1)
{
	skip();
	ASSERT(on_top, !shared || where == OTHER_CPU || !handler_runs);
}

INTERRUPT(0, timer, 2)
{
	handler_runs = true;
	ASSERT(cpu, smp_processor_id() == 0);
	ASSERT(in_order, came == self);
	ASSERT(closed, !inside);
	came = self + 1;
	handler_runs = false;
}

FINALLY(between_none_and_two) { return came >= 0 && came <= 2; }
SOMETIMES(never_came) { return ended(walker, 0) && ended(other, 0) && came == 0; }
SOMETIMES(came_first) { return !ended(walker, 0) && came == 2; }

EXPECT(where == IRQS_OFF || where == IRQSAVE_NESTED || where == LOCK_IRQ, HOLDS);
EXPECT(shared && (where == IRQS_OFF || where == IRQSAVE_NESTED || where == LOCK_IRQ), HOLDS);
EXPECT(where == BARE || where == OTHER_CPU || where == PREEMPT_OFF, ASSERTION(closed));
