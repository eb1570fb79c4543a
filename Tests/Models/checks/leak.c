/* An object that nothing leads to at the end. Clean: it hangs from another one. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CHECK(LEAK);

struct object { struct object *next; };
OBJECTS(struct object, objects, 2);

static struct object *list;

THREAD(user, 1)
{
	struct object *first = alloc(objects), *second = alloc(objects);

	if (!broken)
		first->next = second;
	list = first;
}

EXPECT(broken,  LEAK);
EXPECT(!broken, HOLDS);
