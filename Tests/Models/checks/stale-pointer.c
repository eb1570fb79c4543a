/* A pointer from an earlier life of its slot. Clean: it was found equal to a current one before it is followed. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CHECK(STALE_POINTER);

struct object { u1 value; };
OBJECTS(struct object, objects, 1);

static struct object *pointer;
static bool replaced;

INIT { pointer = alloc(objects); }

THREAD(user, 1)
{
	struct object *object = READ_ONCE(pointer);

	wait_until(replaced);
	if (broken || READ_ONCE(pointer) == object)
		READ_ONCE(object->value);
}

THREAD(replacer, 1)
{
	kfree(pointer);
	WRITE_ONCE(pointer, alloc(objects));
	WRITE_ONCE(replaced, true);
}

EXPECT(broken,  STALE_POINTER);
EXPECT(!broken, HOLDS);
