/* An index one past the end of an array, of shared memory or of locals. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CONFIG(bool, on_stack, false);
CONFIG(int, entries, 3);

static u1 table[entries];

THREAD(user, 1)
{
	u1 local[entries] = { 0 };
	int i = pick(0, broken ? entries : entries - 1);

	if (on_stack)
		local[i] = 1;
	else
		table[i] = local[0];
	skip();
}

EXPECT(broken && (on_stack || !on_stack),  OUT_OF_BOUNDS);
EXPECT(!broken && (on_stack || !on_stack), HOLDS);
