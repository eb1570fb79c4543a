/* Two threads are stuck for ever while a third one goes on for ever. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static struct mutex one, other;
static u1 beat;

THREAD(user, 2)
{
	bool swap = broken && self;

	mutex_lock(swap ? &other : &one);
	mutex_lock(swap ? &one : &other);
	mutex_unlock(&one);
	mutex_unlock(&other);
}

THREAD(heart, 1)
{
	for (;;)
		WRITE_ONCE(beat, !beat);
}

EXPECT(broken,  DEADLOCK);
EXPECT(!broken, HOLDS);
