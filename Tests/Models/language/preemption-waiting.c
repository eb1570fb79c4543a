/* A thread that sleeps lets others of its CPU run, whatever the preemption; one that spins keeps the CPU. */
#include <lockwalk.h>

enum kind { NEVER, ASKED, ANYWHERE };
enum wait { MUTEX, READ, WRITE, COMPLETION, GRACE_PERIOD, SRCU, LOOP_RESCHED, UNTIL, COND_LOAD, UNTIL_PREEMPT_OFF, SPIN_BIT };
CONFIG(enum kind, kind, NEVER);
CONFIG(enum wait, wait, MUTEX);
PREEMPTION(kind == NEVER ? NONE : kind == ASKED ? VOLUNTARY : FULL);

static struct mutex mutex;
static struct rw_semaphore rwsem;
static struct completion done;
static struct srcu_struct srcu;
static u8 flag, bits;

/* Lets the other one run while it has the lock. */
THREAD_ON(0, helper, 1)
{
	int index = 0;

	if (wait == MUTEX) mutex_lock(&mutex);
	if (wait == READ) down_write(&rwsem);
	if (wait == WRITE) down_read(&rwsem);
	if (wait == SRCU) index = srcu_read_lock(&srcu);
	test_and_set_bit(0, &bits);
	cond_resched();
	clear_bit(0, &bits);
	WRITE_ONCE(flag, 1);
	if (wait == SRCU) srcu_read_unlock(&srcu, index);
	if (wait == MUTEX) mutex_unlock(&mutex);
	if (wait == READ) up_write(&rwsem);
	if (wait == WRITE) up_read(&rwsem);
	complete(&done);
}

THREAD_ON(0, waiter, 1)
{
	switch (wait) {
	case MUTEX: mutex_lock(&mutex); mutex_unlock(&mutex); break;
	case READ: down_read(&rwsem); up_read(&rwsem); break;
	case WRITE: down_write(&rwsem); up_write(&rwsem); break;
	case COMPLETION: wait_for_completion(&done); break;
	case GRACE_PERIOD: synchronize_rcu(); break;
	case SRCU: synchronize_srcu(&srcu); break;
	case LOOP_RESCHED: while (!READ_ONCE(flag)) cond_resched(); break;
	case UNTIL: wait_until(flag); break;
	case COND_LOAD: smp_cond_load_acquire(&flag, VAL); break;
	case UNTIL_PREEMPT_OFF: preempt_disable(); wait_until(flag); preempt_enable(); break;
	case SPIN_BIT: ATOMIC { wait_until(!(bits & 1)); bits = 1; } break;
	}
}

FINALLY(both_ended) { return flag; }

EXPECT(wait == MUTEX || wait == READ || wait == WRITE || wait == COMPLETION || wait == GRACE_PERIOD || wait == SRCU || wait == LOOP_RESCHED, HOLDS);
EXPECT(kind == ANYWHERE && (wait == MUTEX || wait == READ || wait == WRITE || wait == COMPLETION || wait == GRACE_PERIOD || wait == SRCU || wait == LOOP_RESCHED), HOLDS);
EXPECT(kind == ASKED && (wait == MUTEX || wait == READ || wait == WRITE || wait == COMPLETION || wait == GRACE_PERIOD || wait == SRCU || wait == LOOP_RESCHED), HOLDS);
EXPECT(kind == ANYWHERE && (wait == UNTIL || wait == COND_LOAD), HOLDS);
EXPECT(kind == ANYWHERE && wait == SPIN_BIT, HOLDS);
EXPECT(kind == ANYWHERE && wait == UNTIL_PREEMPT_OFF, DEADLOCK);
EXPECT((kind == NEVER || kind == ASKED) && (wait == UNTIL || wait == COND_LOAD || wait == UNTIL_PREEMPT_OFF || wait == SPIN_BIT), DEADLOCK);
