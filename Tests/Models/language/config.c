/* A CONFIG in array sizes, counts of threads and objects, initial values, conditions and flags. */
#include <lockwalk.h>

enum cache { PLAIN, TYPESAFE };

CONFIG(int, users, 2);
CONFIG(bool, extra, false);
CONFIG(enum cache, cache, PLAIN);

struct object { u3 value; };
OBJECTS(struct object, objects, users + extra, cache == TYPESAFE ? SLAB_TYPESAFE_BY_RCU : 0);

static u1 seen[users];
static u3 started = users * 2;

THREAD(user, users)
{
	struct object *object = alloc(objects);

	seen[self] = object != NULL;
}

THREAD(more, extra)
{
	started = 7;
}

FINALLY(everybody_served)
{
	int i;

	for (i = 0; i < users; i++) {
		if (!seen[i])
			return false;
	}
	return started == (extra ? 7 : users * 2);
}

EXPECT((users == 1 || users == 3) && (extra || !extra), HOLDS);
EXPECT(cache == PLAIN || cache == TYPESAFE,             HOLDS);
