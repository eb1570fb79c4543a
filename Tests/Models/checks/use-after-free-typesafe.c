/* An object of a SLAB_TYPESAFE_BY_RCU cache is gone when the readers of the time of its kfree() have left, and not before. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

struct object {
	spinlock_t lock;
	u1 value;
};
OBJECTS(struct object, objects, 1, SLAB_TYPESAFE_BY_RCU);

static struct object *pointer;

INIT { pointer = alloc(objects); }

THREAD(reader, 1)
{
	struct object *object;

	if (!broken)
		rcu_read_lock();
	object = READ_ONCE(pointer);
	if (object) {
		spin_lock(&object->lock);
		spin_unlock(&object->lock);
	}
	if (!broken)
		rcu_read_unlock();
}

THREAD(freer, 1)
{
	kfree(xchg(&pointer, NULL));
}

EXPECT(broken,  USE_AFTER_FREE(objects));
EXPECT(!broken, HOLDS);
