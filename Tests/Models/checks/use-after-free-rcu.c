/* rcu_read_lock() after the pointer was read protects nothing. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

struct object { u1 value; };
OBJECTS(struct object, objects, 1);

static struct object *pointer;

INIT { pointer = alloc(objects); }

THREAD(reader, 1)
{
	struct object *object;

	if (!broken)
		rcu_read_lock();
	object = rcu_dereference(pointer);
	if (broken)
		rcu_read_lock();
	if (object)
		READ_ONCE(object->value);
	rcu_read_unlock();
}

THREAD(updater, 1)
{
	struct object *old = xchg(&pointer, NULL);

	synchronize_rcu();
	kfree(old);
}

EXPECT(broken,  USE_AFTER_FREE(objects));
EXPECT(!broken, HOLDS);
