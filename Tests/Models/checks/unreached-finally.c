/* A FINALLY that is never judged, for one thread never ends. As a daemon that waits it would not matter. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static u1 beat;
static bool never;

THREAD(heart, 1)
{
	do
		WRITE_ONCE(beat, !beat);
	while (broken);
}

DAEMON(idle, 1)
{
	wait_until(never);
}

FINALLY(beaten)
{
	return beat;
}

EXPECT(broken,  UNREACHED(beaten));
EXPECT(!broken, HOLDS);
