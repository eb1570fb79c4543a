/* A thread that nobody can help any more is lost, though another one of its CPU runs for ever; a function that is still to
 * be sent to a CPU can help. */
#include <lockwalk.h>

enum help { NOBODY, IPI, INTERRUPT_COMES, INTERRUPT_CANNOT_COME };
CONFIG(enum help, help, NOBODY);

static int flag, rounds;

static void set(int value) { WRITE_ONCE(flag, value); }

THREAD_ON(0, waiter, 1)
{
	if (help == INTERRUPT_CANNOT_COME) local_irq_disable();
	wait_until(flag);
	if (help == INTERRUPT_CANNOT_COME) local_irq_enable();
}

THREAD_ON(0, worker, help == NOBODY)
{
	for (;;) {
		preempt_disable();
		WRITE_ONCE(rounds, 1);
		preempt_enable();
	}
}

THREAD_ON(1, sender, help == IPI)
{
	skip();
	skip();
	smp_call_function_single(0, set, 1);
}

INTERRUPT(0, tick, help == INTERRUPT_COMES || help == INTERRUPT_CANNOT_COME) { WRITE_ONCE(flag, 1); }

EXPECT(help == NOBODY || help == INTERRUPT_CANNOT_COME, DEADLOCK);
EXPECT(help == IPI || help == INTERRUPT_COMES, HOLDS);
