/* alloc() gives NULL when no slot is left. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

struct object { u1 value; };
OBJECTS(struct object, objects, 1);

THREAD(user, 2)
{
	struct object *object = alloc(objects);

	if (broken || object)
		object->value = 1;
	kfree(object);
}

EXPECT(broken,  NULL_DEREF);
EXPECT(!broken, HOLDS);
