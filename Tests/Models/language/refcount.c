/* The refcount operations, and the classic put: who drops the last reference frees. */
#include <lockwalk.h>

CONFIG(bool, atomic_put, true);

struct object {
	refcount_t refs;
	u1 value;
};
OBJECTS(struct object, objects, 1);

static struct object *object;
static refcount_t frozen;

INIT
{
	object = alloc(objects);
	refcount_set(&object->refs, 2);
	refcount_set(&frozen, 1);
}

static void put(struct object *object)
{
	if (atomic_put) {
		if (refcount_dec_and_test(&object->refs))
			kfree(object);
	} else {
		refcount_dec(&object->refs);
		if (!refcount_read(&object->refs))
			kfree(object);
	}
}

THREAD(user, 2)
{
	refcount_inc(&object->refs);
	WRITE_ONCE(object->value, 1);
	put(object);
	put(object);
}

THREAD(freezer, 1)
{
	if (refcount_freeze(&frozen, 2))
		BUG_ON(true);
	if (!refcount_freeze(&frozen, 1))
		BUG_ON(true);
	if (refcount_inc_not_zero(&frozen))
		BUG_ON(true);
	refcount_set(&frozen, 1);
	if (!refcount_inc_not_zero(&frozen))
		BUG_ON(true);
	ASSERT(thawed, refcount_read(&frozen) == 2);
}

FINALLY(freed_once)
{
	return !live(object);
}

EXPECT(atomic_put,  HOLDS);
EXPECT(!atomic_put, USE_AFTER_FREE(objects), DOUBLE_FREE(objects), REFCOUNT);
