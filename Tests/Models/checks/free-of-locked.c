/* An object is freed while its lock is held. Clean: just after it was dropped. */
#include <lockwalk.h>

enum kind { SPINLOCK, MUTEX, RWSEM_READ };

CONFIG(bool, broken, true);
CONFIG(enum kind, kind, SPINLOCK);

struct object {
	spinlock_t lock;
	struct mutex mutex;
	struct rw_semaphore sem;
};
OBJECTS(struct object, objects, 1);

THREAD(freer, 1)
{
	struct object *object = alloc(objects);

	if (kind == SPINLOCK)
		spin_lock(&object->lock);
	if (kind == MUTEX)
		mutex_lock(&object->mutex);
	if (kind == RWSEM_READ)
		down_read(&object->sem);
	if (broken)
		kfree(object);
	if (kind == SPINLOCK)
		spin_unlock(&object->lock);
	if (kind == MUTEX)
		mutex_unlock(&object->mutex);
	if (kind == RWSEM_READ)
		up_read(&object->sem);
	if (!broken)
		kfree(object);
}

EXPECT(broken && (kind == SPINLOCK || kind == MUTEX || kind == RWSEM_READ),  FREE_OF_LOCKED(objects));
EXPECT(!broken && (kind == SPINLOCK || kind == MUTEX || kind == RWSEM_READ), HOLDS);
