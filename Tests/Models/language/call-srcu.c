/* call_srcu() runs its callback after the readers of the domain have left; srcu_barrier() waits for it. */
#include <lockwalk.h>

CONFIG(bool, barrier_first, true);

struct object { u1 value; };
OBJECTS(struct object, objects, 1);

static struct srcu_struct srcu;
static struct object *pointer;
static bool freed;

INIT { pointer = alloc(objects); }

static void free_object(struct object *object)
{
	kfree(object);
	WRITE_ONCE(freed, true);
}

THREAD(reader, 1)
{
	int index = srcu_read_lock(&srcu);
	struct object *object = READ_ONCE(pointer);

	if (object)
		READ_ONCE(object->value);
	srcu_read_unlock(&srcu, index);
}

THREAD(updater, 1)
{
	struct object *old = xchg(&pointer, NULL);

	call_srcu(&srcu, old, free_object);
	if (barrier_first)
		srcu_barrier(&srcu);
	ASSERT(done, freed);
}

EXPECT(barrier_first,  HOLDS);
EXPECT(!barrier_first, ASSERTION(done));
