/* When a thread gives its CPU up without waiting: where NONE, VOLUNTARY and FULL differ. */
#include <lockwalk.h>

enum kind { NEVER, ASKED, ANYWHERE };
enum between { STEPS, RESCHED, MIGHT_SLEEP, FREE_MUTEX, FREE_RWSEM, SPIN_LOCK, TRYLOCK, READ_SECTION };
CONFIG(enum kind, kind, NEVER);
CONFIG(enum between, between, STEPS);
PREEMPTION(kind == NEVER ? NONE : kind == ASKED ? VOLUNTARY : FULL);

static struct mutex mutex;
static struct rw_semaphore rwsem;
static spinlock_t lock;
static int busy;

THREAD_ON(0, t, 2)
{
	WRITE_ONCE(busy, busy + 1);
	ASSERT(alone, busy == 1);
	switch (between) {
	case STEPS: skip(); break;
	case RESCHED: cond_resched(); break;
	case MIGHT_SLEEP: might_sleep(); break;
	case FREE_MUTEX: mutex_lock(&mutex); mutex_unlock(&mutex); break;
	case FREE_RWSEM: down_read(&rwsem); up_read(&rwsem); break;
	case SPIN_LOCK: spin_lock(&lock); spin_unlock(&lock); break;
	case TRYLOCK: if (mutex_trylock(&mutex)) mutex_unlock(&mutex); break;
	case READ_SECTION: rcu_read_lock(); rcu_read_unlock(); break;
	}
	WRITE_ONCE(busy, busy - 1);
}

EXPECT((kind == NEVER || kind == ASKED) && (between == STEPS || between == SPIN_LOCK || between == TRYLOCK || between == READ_SECTION), HOLDS);
EXPECT((kind == NEVER || kind == ASKED) && between == RESCHED, ASSERTION(alone));
EXPECT(kind == NEVER && (between == MIGHT_SLEEP || between == FREE_MUTEX || between == FREE_RWSEM), HOLDS);
EXPECT(kind == ASKED && (between == MIGHT_SLEEP || between == FREE_MUTEX || between == FREE_RWSEM), ASSERTION(alone));
EXPECT(kind == ANYWHERE, ASSERTION(alone));
