#include <lockwalk.h>
CONFIG(int, base, 1);
PER_CPU(int, count);
PREEMPTION(base == 1 ? NONE : FULL);
THREAD_ON(base + self * 2, placed, 2) { this_cpu_inc(this_cpu(count)); ASSERT(mine, this_cpu(count) == 1); ASSERT(where, smp_processor_id() == 1 + 2 * self); }
THREAD(other, 2) { per_cpu(count, smp_processor_id()) = 7; ASSERT(cpu, smp_processor_id() == 2 * self); }
FINALLY(sum) { return per_cpu(count, 0) == 7 && per_cpu(count, 1) == 1 && per_cpu(count, 2) == 7 && per_cpu(count, 3) == 1; }
EXPECT(true, HOLDS);
