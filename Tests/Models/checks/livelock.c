/* Two threads back off from each other for ever, although each of them keeps running. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static spinlock_t lock[2];

THREAD(user, 2)
{
	int first = broken ? self : 0, second = 1 - first;

	for (;;) {
		spin_lock(&lock[first]);
		if (spin_trylock(&lock[second]))
			break;
		spin_unlock(&lock[first]);
	}
	spin_unlock(&lock[second]);
	spin_unlock(&lock[first]);
}

EVENTUALLY(both_through)
{
	return ended(user, 0) && ended(user, 1);
}

EXPECT(broken,  HOLDS);
EXPECT(!broken, HOLDS);
EXPECT(broken,  LIVELOCK(both_through), WEAK);
EXPECT(!broken, HOLDS, WEAK);
