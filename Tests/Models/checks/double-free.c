/* Two threads free what each found in the pointer. Clean: xchg() gives it to one of them only; kfree(NULL) does nothing. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

struct object { u1 value; };
OBJECTS(struct object, objects, 1);

static struct object *pointer;

INIT { pointer = alloc(objects); }

THREAD(freer, 2)
{
	struct object *object;

	if (broken) {
		object = READ_ONCE(pointer);
		WRITE_ONCE(pointer, NULL);
	} else {
		object = xchg(&pointer, NULL);
	}
	kfree(object);
}

EXPECT(broken,  DOUBLE_FREE(objects));
EXPECT(!broken, HOLDS);
