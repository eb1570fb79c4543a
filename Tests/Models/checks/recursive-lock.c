/* The owner locks a second time. Clean: it only tries to, which fails. */
#include <lockwalk.h>

enum kind { SPINLOCK, RWLOCK, MUTEX, RWSEM };

CONFIG(bool, broken, true);
CONFIG(enum kind, kind, SPINLOCK);

static spinlock_t lock;
static rwlock_t rwlock;
static struct mutex mutex;
static struct rw_semaphore sem;

THREAD(owner, 1)
{
	bool again = false;

	if (kind == SPINLOCK) {
		spin_lock(&lock);
		if (broken)
			spin_lock(&lock);
		again = spin_trylock(&lock);
		spin_unlock(&lock);
	}
	if (kind == RWLOCK) {
		write_lock(&rwlock);
		if (broken)
			write_lock(&rwlock);
		again = write_trylock(&rwlock);
		write_unlock(&rwlock);
	}
	if (kind == MUTEX) {
		mutex_lock(&mutex);
		if (broken)
			mutex_lock(&mutex);
		again = mutex_trylock(&mutex);
		mutex_unlock(&mutex);
	}
	if (kind == RWSEM) {
		down_write(&sem);
		if (broken)
			down_write(&sem);
		again = down_write_trylock(&sem);
		up_write(&sem);
	}
	ASSERT(own_trylock_fails, !again);
}

EXPECT(broken && (kind == SPINLOCK || kind == RWLOCK || kind == MUTEX), RECURSIVE_LOCK);
EXPECT(broken && kind == RWSEM,                                         RECURSIVE_LOCK, DEADLOCK);
EXPECT(!broken && kind <= RWSEM,                                        HOLDS);
