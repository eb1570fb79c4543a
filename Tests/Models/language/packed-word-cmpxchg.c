/* A lockref: count and lock bit in one word, changed by try_cmpxchg(), which puts what it found into *old. */
#include <lockwalk.h>

struct lockref {
	bool locked;
	u2 count;
};

static struct lockref ref;

THREAD(getter, 2)
{
	struct lockref old = READ_ONCE(ref), new;

	do {
		if (old.locked)
			return;
		new = old;
		new.count++;
	} while (!try_cmpxchg(&ref, &old, new));
	ASSERT(not_locked, !old.locked && new.count == old.count + 1);
}

THREAD(killer, 1)
{
	struct lockref old = xchg(&ref, ((struct lockref){ .locked = true }));

	ASSERT(was_open, !old.locked && old.count <= 2);
}

FINALLY(dead)
{
	return ref.locked && ref.count == 0;
}

EXPECT(true, HOLDS);
