/* A call that may sleep, in atomic context: even where it would not wait. Clean: a trylock there, the call just after. */
#include <lockwalk.h>

enum context { SPINLOCK, READ_LOCK, PREEMPT_OFF, BH_OFF, IRQ_OFF, RCU };
enum call { MUTEX_LOCK, DOWN_READ, DOWN_WRITE, SYNCHRONIZE_RCU, MIGHT_SLEEP, COND_RESCHED };

CONFIG(bool, broken, true);
CONFIG(enum context, context, SPINLOCK);
CONFIG(enum call, call, MUTEX_LOCK);

static spinlock_t lock;
static rwlock_t rwlock;
static struct mutex mutex;
static struct rw_semaphore sem;

static void sleeping_call(void)
{
	if (call == MUTEX_LOCK) {
		mutex_lock(&mutex);
		mutex_unlock(&mutex);
	}
	if (call == DOWN_READ) {
		down_read(&sem);
		up_read(&sem);
	}
	if (call == DOWN_WRITE) {
		down_write(&sem);
		up_write(&sem);
	}
	if (call == SYNCHRONIZE_RCU)
		synchronize_rcu();
	if (call == MIGHT_SLEEP)
		might_sleep();
	if (call == COND_RESCHED)
		cond_resched();
}

static void enter(void)
{
	if (context == SPINLOCK)
		spin_lock(&lock);
	if (context == READ_LOCK)
		read_lock(&rwlock);
	if (context == PREEMPT_OFF)
		preempt_disable();
	if (context == BH_OFF)
		local_bh_disable();
	if (context == IRQ_OFF)
		local_irq_disable();
	if (context == RCU)
		rcu_read_lock();
}

static void leave(void)
{
	if (context == SPINLOCK)
		spin_unlock(&lock);
	if (context == READ_LOCK)
		read_unlock(&rwlock);
	if (context == PREEMPT_OFF)
		preempt_enable();
	if (context == BH_OFF)
		local_bh_enable();
	if (context == IRQ_OFF)
		local_irq_enable();
	if (context == RCU)
		rcu_read_unlock();
}

THREAD(user, 1)
{
	enter();
	if (broken)
		sleeping_call();
	else if (mutex_trylock(&mutex))
		mutex_unlock(&mutex);
	leave();
	sleeping_call();
}

EXPECT(broken && context <= RCU && call <= COND_RESCHED,  SLEEP_IN_ATOMIC);
EXPECT(!broken && context <= RCU && call <= COND_RESCHED, HOLDS);
