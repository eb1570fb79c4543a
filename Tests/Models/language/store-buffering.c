/* Each thread stores to its variable and loads the other's: both may load the old value, without a full barrier between. */
#include <lockwalk.h>

CONFIG(bool, fence, false);

static u1 want[2];
GHOST static u1 missed[2];

THREAD(user, 2)
{
	u1 other;

	WRITE_ONCE(want[self], 1);
	if (fence)
		smp_mb();
	other = READ_ONCE(want[1 - self]);
	missed[self] = !other;
	skip();
}

INVARIANT(one_sees_the_other)
{
	return !(missed[0] && missed[1]);
}

EXPECT(fence || !fence, HOLDS);
EXPECT(!fence,          VIOLATED(one_sees_the_other), TSO);
EXPECT(fence,           HOLDS, TSO);
EXPECT(!fence,          VIOLATED(one_sees_the_other), LKMM);
EXPECT(fence,           HOLDS, LKMM);
