/* IPIs with code: CPUs chosen at run time, CPUs without a thread, several senders of one function, all other CPUs. */
#include <lockwalk.h>

CONFIG(int, cpus, 3);
PER_CPU(u8, seen);
static u8 sum;

static void add(u8 value)
{
	this_cpu(seen) += value;
	ATOMIC { sum += value; }
}

THREAD_ON(self, sender, 2)
{
	int cpu = pick(0, 2);

	smp_call_function_single(cpu, add, (u8)(1 << self));
	ASSERT(done, per_cpu(seen, cpu) & (1 << self));
}

THREAD_ON(cpus, all, cpus == 3 ? 1 : 0)
{
	smp_call_function(add, 16);
	ASSERT(others, per_cpu(seen, 0) >= 16 && per_cpu(seen, 1) >= 16 && per_cpu(seen, 2) >= 16 && per_cpu(seen, 3) < 16);
}

FINALLY(total) { return sum == 1 + 2 + 3 * 16; }

EXPECT(true, HOLDS);
