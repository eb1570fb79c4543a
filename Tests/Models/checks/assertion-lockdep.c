/* lockdep_assert_held(): called under another lock, or for writing while it is held for reading. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CONFIG(bool, for_write, false);

static spinlock_t lock, other;
static struct rw_semaphore sem;
static u1 value;

static void update(void)
{
	if (for_write)
		lockdep_assert_held_write(&sem);
	else
		lockdep_assert_held(&lock);
	WRITE_ONCE(value, 1);
}

THREAD(user, 2)
{
	if (for_write && broken) {
		down_read(&sem);
		update();
		up_read(&sem);
	} else if (for_write) {
		down_write(&sem);
		update();
		up_write(&sem);
	} else if (broken) {
		spin_lock(&other);
		update();
		spin_unlock(&other);
	} else {
		spin_lock(&lock);
		update();
		spin_unlock(&lock);
	}
}

EXPECT(broken && (for_write || !for_write),  ASSERTION);
EXPECT(!broken && (for_write || !for_write), HOLDS);
