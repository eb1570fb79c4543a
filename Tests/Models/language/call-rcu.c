/* A callback runs after the readers have left, step by step, in a context that may not sleep; rcu_barrier() waits for it. */
#include <lockwalk.h>

CONFIG(bool, sleeps, false);
CONFIG(bool, barrier_first, true);

struct object {
	spinlock_t lock;
	u2 value;
};
OBJECTS(struct object, objects, 2);

static struct object *pointer, *spare;
static struct mutex mutex;
static u2 callbacks;

INIT
{
	pointer = alloc(objects);
	spare = alloc(objects);
}

static void free_object(struct object *object)
{
	if (sleeps) {
		mutex_lock(&mutex);
		mutex_unlock(&mutex);
	}
	spin_lock(&object->lock);
	ATOMIC { callbacks++; }
	spin_unlock(&object->lock);
	kfree(object);
}

THREAD(reader, 1)
{
	struct object *object;

	rcu_read_lock();
	object = rcu_dereference(pointer);
	if (object)
		READ_ONCE(object->value);
	rcu_read_unlock();
}

THREAD(updater, 1)
{
	struct object *old = xchg(&pointer, NULL);

	call_rcu(old, free_object);
	call_rcu(spare, free_object);
	if (barrier_first)
		rcu_barrier();
	ASSERT(both_ran, callbacks == 2);
}

FINALLY(judged_after_callbacks)
{
	return callbacks == 2;
}

EXPECT(!sleeps && barrier_first,  HOLDS);
EXPECT(!sleeps && !barrier_first, ASSERTION(both_ran));
EXPECT(sleeps,                    SLEEP_IN_ATOMIC);
