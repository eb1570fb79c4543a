/* One interrupt on each CPU: they run at once, and do not nest on one. */
#include <lockwalk.h>

CONFIG(bool, one_cpu, false);

PER_CPU(int, ticks);
static int running;

INTERRUPT(one_cpu ? 0 : self, tick, 2)
{
	ATOMIC { running++; }
	ASSERT(alone, running == 1);
	this_cpu_inc(this_cpu(ticks));
	ATOMIC { running--; }
}

THREAD(t, 2) { skip(); }

EXPECT(one_cpu, HOLDS);
EXPECT(!one_cpu, ASSERTION(alone));
