/* live() and ended(); a free object reads as zero; an instance that does not exist has ended. */
#include <lockwalk.h>

struct object { u2 value; };
OBJECTS(struct object, objects, 1);

static struct object *object;

INIT
{
	object = alloc(objects);
	object->value = 3;
}

THREAD(freer, 1)
{
	ASSERT(still_live, live(object) && object->value == 3);
	kfree(object);
	ASSERT(gone, !live(object) && object->value == 0);
}

THREAD(other, 1)
{
	skip();
}

INVARIANT(live_until_the_end)
{
	return live(object) || object->value == 0;
}

INVARIANT(no_such_thread)
{
	return ended(freer, 1);
}

FINALLY(over)
{
	return ended(freer, 0) && ended(other, 0) && !live(object) && !live(NULL);
}

SOMETIMES(other_first)
{
	return ended(other, 0) && !ended(freer, 0);
}

EXPECT(true, HOLDS);
