/* Per-CPU counters: this_cpu_inc() is one step against its own CPU; unplaced threads have a CPU each, in text order. */
#include <lockwalk.h>

PER_CPU(u3, counters);
PER_CPU(u1, seen);

THREAD(first, 2)
{
	this_cpu_inc(this_cpu(counters));
	this_cpu_inc(per_cpu(counters, self));
	this_cpu(seen) = 1;
}

THREAD(second, 1)
{
	this_cpu_inc(counters);
	this_cpu_add(counters, 2);
	this_cpu_dec(counters);
	this_cpu_write(seen, this_cpu_read(counters) != 2);
	BUG_ON(smp_processor_id() != 2);
}

FINALLY(each_its_own)
{
	return per_cpu(counters, 0) == 2 && per_cpu(counters, 1) == 2 && per_cpu(counters, 2) == 2 &&
	       per_cpu(seen, 0) && per_cpu(seen, 1) && !per_cpu(seen, 2);
}

EXPECT(true, HOLDS);
