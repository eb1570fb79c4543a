/* alloc() zeroes, takes any free slot, and gives NULL when there is none; kfree(NULL) does nothing. */
#include <lockwalk.h>

struct object { u2 value; };
OBJECTS(struct object, objects, 2);

static struct object *first, *kept;
GHOST static bool same_slot, other_slot;

INIT { first = alloc(objects); }

THREAD(user, 1)
{
	struct object *again, *last;

	first->value = 3;
	kfree(first);
	again = alloc(objects);
	same_slot = again == first;
	other_slot = again != first;
	ASSERT(zeroed, again && again->value == 0);
	again->value = 2;
	kept = alloc(objects);
	ASSERT(second, kept && kept != again && kept->value == 0);
	last = alloc(objects);
	ASSERT(none_left, !last);
	kfree(last);
	kfree(again);
}

SOMETIMES(slot_comes_back) { return same_slot; }
SOMETIMES(slot_stays_free) { return other_slot; }

EXPECT(true, HOLDS);
