#include <lockwalk.h>

static int count;
static int get(int value) { return count + value; }
static void both(int a, int b) { count = a + b; }

THREAD(t, 1)
{
	on_each_cpu(get, 1);
	smp_call_function(both, 1);
}
