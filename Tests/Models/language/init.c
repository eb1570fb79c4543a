/* INIT runs before all threads, and what it does is no step: nobody sees it half done. */
#include <lockwalk.h>

struct object {
	struct object *next;
	u2 value;
};
OBJECTS(struct object, objects, 3);

static struct object *list;

INIT
{
	struct object *object;
	int i;

	for (i = 0; i < 3; i++) {
		object = alloc(objects);
		object->value = i;
		object->next = list;
		list = object;
	}
}

THREAD(walker, 1)
{
	struct object *object;
	int expected = 2;

	for (object = list; object; object = object->next) {
		ASSERT(in_order, object->value == expected);
		expected--;
	}
	ASSERT(complete_list, expected == -1);
}

EXPECT(true, HOLDS);
