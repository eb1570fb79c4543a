/* A ghost takes no step: its increments are never lost, and it sees the instant after the preceding step. */
#include <lockwalk.h>

static u2 count;
GHOST static u2 seen;
GHOST static bool high;

struct object {
	u1 value;
	GHOST u2 writes;
};
OBJECTS(struct object, objects, 1);

static struct object *object;

INIT { object = alloc(objects); }

THREAD(counter, 2)
{
	u2 old = READ_ONCE(count);

	seen++;
	WRITE_ONCE(count, old + 1);
	high = count == 2;
	ASSERT(same_instant, high == (count == 2));
	WRITE_ONCE(object->value, 1);
	object->writes++;
}

FINALLY(no_ghost_lost)
{
	return seen == 2 && object->writes == 2;
}

SOMETIMES(lost)
{
	return ended(counter, 0) && ended(counter, 1) && count == 1;
}

EXPECT(true, HOLDS);
