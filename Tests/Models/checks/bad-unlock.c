/* An unlock by a thread that does not hold the lock: its trylock had failed. */
#include <lockwalk.h>

enum kind { SPINLOCK, RWLOCK_READ, RWLOCK_WRITE, MUTEX, RWSEM_READ, RWSEM_WRITE };

CONFIG(bool, broken, true);
CONFIG(enum kind, kind, SPINLOCK);

static spinlock_t lock;
static rwlock_t rwlock;
static struct mutex mutex;
static struct rw_semaphore sem;

THREAD(owner, 1)
{
	if (kind == SPINLOCK) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	if (kind == RWLOCK_READ || kind == RWLOCK_WRITE) {
		write_lock(&rwlock);
		write_unlock(&rwlock);
	}
	if (kind == MUTEX) {
		mutex_lock(&mutex);
		mutex_unlock(&mutex);
	}
	if (kind == RWSEM_READ || kind == RWSEM_WRITE) {
		down_write(&sem);
		up_write(&sem);
	}
}

THREAD(other, 1)
{
	if (kind == SPINLOCK && (spin_trylock(&lock) || broken))
		spin_unlock(&lock);
	if (kind == RWLOCK_READ && (read_trylock(&rwlock) || broken))
		read_unlock(&rwlock);
	if (kind == RWLOCK_WRITE && (write_trylock(&rwlock) || broken))
		write_unlock(&rwlock);
	if (kind == MUTEX && (mutex_trylock(&mutex) || broken))
		mutex_unlock(&mutex);
	if (kind == RWSEM_READ && (down_read_trylock(&sem) || broken))
		up_read(&sem);
	if (kind == RWSEM_WRITE && (down_write_trylock(&sem) || broken))
		up_write(&sem);
}

EXPECT(broken && kind <= RWSEM_WRITE,  BAD_UNLOCK);
EXPECT(!broken && kind <= RWSEM_WRITE, HOLDS);
