/* An increment is lost; seen when all threads have ended. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static atomic_t count;

THREAD(counter, 2)
{
	if (broken)
		atomic_set(&count, atomic_read(&count) + 1);
	else
		atomic_inc(&count);
}

FINALLY(both_counted)
{
	return atomic_read(&count) == 2;
}

EXPECT(broken,  VIOLATED(both_counted));
EXPECT(!broken, HOLDS);
