/* kfree_rcu() frees after a grace period, and does not wait: legal under a spinlock. */
#include <lockwalk.h>

CONFIG(bool, deferred, true);

struct object { u2 value; };
OBJECTS(struct object, objects, 1);

static spinlock_t lock;
static struct object *pointer;
GHOST static struct object *first;

INIT
{
	pointer = alloc(objects);
	first = pointer;
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
	struct object *old = pointer;

	spin_lock(&lock);
	RCU_INIT_POINTER(pointer, NULL);
	if (deferred)
		kfree_rcu(old);
	else
		kfree(old);
	spin_unlock(&lock);
}

FINALLY(freed)
{
	return !live(first);
}

EXPECT(deferred,  HOLDS);
EXPECT(!deferred, USE_AFTER_FREE(objects));
