/* An idle daemon is no deadlock, and it keeps nobody alive. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static bool work, answer;

DAEMON(server, 1)
{
	for (;;) {
		ATOMIC {
			wait_until(work);
			work = false;
		}
		WRITE_ONCE(answer, true);
	}
}

THREAD(client, 1)
{
	if (!broken)
		WRITE_ONCE(work, true);
	wait_until(answer);
}

EXPECT(broken,  DEADLOCK);
EXPECT(!broken, HOLDS);
