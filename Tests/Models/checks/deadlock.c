/* Two locks, taken in opposite orders. Clean: the second one is only tried. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CONFIG(bool, sleeping, false);

static spinlock_t lock[2];
static struct mutex mutex[2];

THREAD(user, 2)
{
	int first = self, second = 1 - self;

	if (sleeping) {
		mutex_lock(&mutex[first]);
		if (broken)
			mutex_lock(&mutex[second]);
		if (broken || mutex_trylock(&mutex[second]))
			mutex_unlock(&mutex[second]);
		mutex_unlock(&mutex[first]);
	} else {
		spin_lock(&lock[first]);
		if (broken)
			spin_lock(&lock[second]);
		if (broken || spin_trylock(&lock[second]))
			spin_unlock(&lock[second]);
		spin_unlock(&lock[first]);
	}
}

EXPECT(broken && (sleeping || !sleeping),  DEADLOCK);
EXPECT(!broken && (sleeping || !sleeping), HOLDS);
