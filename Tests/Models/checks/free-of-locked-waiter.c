/* A semaphore is freed while a writer is queued on it; a failing down_read_trylock() tells that there is one. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

struct object { struct rw_semaphore sem; };
OBJECTS(struct object, objects, 1);

static struct object *object;
static bool writer_done;

INIT { object = alloc(objects); }

THREAD(writer, 1)
{
	down_write(&object->sem);
	up_write(&object->sem);
	WRITE_ONCE(writer_done, true);
}

THREAD(freer, 1)
{
	down_read(&object->sem);
	if (down_read_trylock(&object->sem)) {
		up_read(&object->sem);
		up_read(&object->sem);
		return;
	}
	up_read(&object->sem);
	if (!broken)
		wait_until(writer_done);
	kfree(object);
}

EXPECT(broken,  FREE_OF_LOCKED(objects));
EXPECT(!broken, HOLDS);
