/* A pointer is followed, to read, write or lock, after the kfree(). Clean: freed just after the last use, under the lock. */
#include <lockwalk.h>

enum access { READ, WRITE, LOCK };

CONFIG(bool, broken, true);
CONFIG(enum access, access, READ);

struct object {
	spinlock_t lock;
	u1 value;
};
OBJECTS(struct object, objects, 1);

static spinlock_t lock;
static struct object *pointer;
static u1 seen;

INIT { pointer = alloc(objects); }

THREAD(user, 1)
{
	spin_lock(&lock);
	if (pointer) {
		if (access == READ)
			seen = pointer->value;
		if (access == WRITE)
			pointer->value = 1;
		if (access == LOCK) {
			spin_lock(&pointer->lock);
			spin_unlock(&pointer->lock);
		}
	}
	spin_unlock(&lock);
}

THREAD(freer, 1)
{
	if (broken)
		kfree(pointer);
	spin_lock(&lock);
	if (!broken)
		kfree(pointer);
	pointer = NULL;
	spin_unlock(&lock);
}

EXPECT(broken && (access == READ || access == WRITE || access == LOCK),  USE_AFTER_FREE(objects));
EXPECT(!broken && (access == READ || access == WRITE || access == LOCK), HOLDS);
