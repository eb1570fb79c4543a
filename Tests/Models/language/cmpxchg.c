/* cmpxchg() returns what was there; try_cmpxchg() tells, and corrects the expectation; xchg() always stores. */
#include <lockwalk.h>

struct object { u1 value; };
OBJECTS(struct object, objects, 2);

static u4 word;
static struct object *slot;

THREAD(user, 1)
{
	struct object *one = alloc(objects), *two = alloc(objects), *found = NULL;
	u4 old;

	old = cmpxchg(&word, 0, 3);
	ASSERT(stored, old == 0 && word == 3);
	old = cmpxchg(&word, 1, 7);
	ASSERT(refused, old == 3 && word == 3);
	old = 2;
	if (try_cmpxchg(&word, &old, 9))
		BUG_ON(true);
	ASSERT(corrected, old == 3 && word == 3);
	if (!try_cmpxchg_acquire(&word, &old, 9))
		BUG_ON(true);
	ASSERT(succeeded, old == 3 && word == 9);
	old = xchg_release(&word, 1);
	ASSERT(exchanged, old == 9 && word == 1);
	old = cmpxchg_relaxed(&word, 1, 2);
	ASSERT(relaxed, old == 1 && word == 2);

	if (cmpxchg(&slot, NULL, one))
		BUG_ON(true);
	if (try_cmpxchg(&slot, &found, two))
		BUG_ON(true);
	ASSERT(pointers, found == one && slot == one && one != two);
}

EXPECT(true, HOLDS);
