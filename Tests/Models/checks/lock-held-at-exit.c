/* An early return forgets the unlock. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CONFIG(bool, sleeping, false);

static spinlock_t lock;
static struct mutex mutex;
static bool ready;

THREAD(user, 1)
{
	if (sleeping)
		mutex_lock(&mutex);
	else
		spin_lock(&lock);
	if (!READ_ONCE(ready) && broken)
		return;
	if (sleeping)
		mutex_unlock(&mutex);
	else
		spin_unlock(&lock);
}

THREAD(setter, 1)
{
	WRITE_ONCE(ready, true);
}

EXPECT(broken && (sleeping || !sleeping),  LOCK_HELD_AT_EXIT);
EXPECT(!broken && (sleeping || !sleeping), HOLDS);
