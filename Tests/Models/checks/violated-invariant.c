/* Two owners, for one instant. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static bool taken;
GHOST static u2 owners;

THREAD(user, 2)
{
	if (broken) {
		if (READ_ONCE(taken))
			return;
		WRITE_ONCE(taken, true);
	} else if (xchg(&taken, true)) {
		return;
	}
	owners++;
	WRITE_ONCE(taken, false);
	owners--;
}

INVARIANT(one_owner)
{
	return owners <= 1;
}

EXPECT(broken,  VIOLATED(one_owner));
EXPECT(!broken, HOLDS);
