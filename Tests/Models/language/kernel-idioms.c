/* The kernel's own ways to declare, its other names for the same things, and locks that a signal may keep from being taken. */
#include <lockwalk.h>

CONFIG(bool, forgets_result, false);

static DEFINE_MUTEX(lock);
static DECLARE_RWSEM(sem);
static DEFINE_RAW_SPINLOCK(raw);
static atomic_long_t users = ATOMIC_LONG_INIT(1);
static refcount_t refs = REFCOUNT_INIT(2);
static int counter;

THREAD(locker, 2)
{
	if (mutex_lock_killable(&lock) && !forgets_result)
		return;
	counter++;
	mutex_unlock(&lock);
}

THREAD(reader, 1)
{
	if (down_read_killable(&sem))
		return;
	atomic_long_inc(&users);
	raw_spin_lock(&raw);
	raw_spin_unlock(&raw);
	up_read(&sem);
}

THREAD(writer, 1)
{
	if (down_write_killable(&sem) == 0)
		up_write(&sem);
}

SOMETIMES(both_interrupted) { return ended(locker, 0) && ended(locker, 1) && counter == 0; }
FINALLY(users_counted) { return atomic_long_read(&users) >= 1 && refcount_read(&refs) == 2; }

EXPECT(!forgets_result, HOLDS);
EXPECT(forgets_result, BAD_UNLOCK);
