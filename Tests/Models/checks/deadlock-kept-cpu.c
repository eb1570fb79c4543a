/* A spinning thread keeps its CPU from the one that the lock's holder waits for. */
#include <lockwalk.h>

CONFIG(bool, same_cpu, true);
enum lock { SPINLOCK, RWLOCK_READ, RWLOCK_WRITE, IPI };
CONFIG(enum lock, lock, SPINLOCK);

static spinlock_t spinlock;
static rwlock_t rwlock;
static int ready;

THREAD_ON(0, spinner, 1)
{
	if (lock == SPINLOCK) { spin_lock(&spinlock); spin_unlock(&spinlock); }
	if (lock == RWLOCK_READ) { read_lock(&rwlock); read_unlock(&rwlock); }
	if (lock == RWLOCK_WRITE) { write_lock(&rwlock); write_unlock(&rwlock); }
	if (lock == IPI) smp_call_function_sync();
}

THREAD_ON(same_cpu ? 0 : 1, helper, 1) { WRITE_ONCE(ready, 1); }

THREAD_ON(2, holder, 1)
{
	if (lock == SPINLOCK) spin_lock(&spinlock);
	if (lock == RWLOCK_READ || lock == RWLOCK_WRITE) write_lock(&rwlock);
	if (lock == IPI) local_irq_disable();
	wait_until(ready);
	if (lock == SPINLOCK) spin_unlock(&spinlock);
	if (lock == RWLOCK_READ || lock == RWLOCK_WRITE) write_unlock(&rwlock);
	if (lock == IPI) local_irq_enable();
}

EXPECT(same_cpu && (lock == SPINLOCK || lock == RWLOCK_READ || lock == RWLOCK_WRITE || lock == IPI), DEADLOCK);
EXPECT(!same_cpu && (lock == SPINLOCK || lock == RWLOCK_READ || lock == RWLOCK_WRITE || lock == IPI), HOLDS);
