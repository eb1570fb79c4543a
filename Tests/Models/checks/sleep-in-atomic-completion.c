/* Waiting for a completion under a spinlock, though it was completed before. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static spinlock_t lock;
static struct completion done;

THREAD(user, 1)
{
	complete(&done);
	spin_lock(&lock);
	if (broken)
		wait_for_completion(&done);
	spin_unlock(&lock);
	if (!broken)
		wait_for_completion(&done);
}

EXPECT(broken,  SLEEP_IN_ATOMIC);
EXPECT(!broken, HOLDS);
