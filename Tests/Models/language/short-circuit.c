/* && and || load their right side only if need be, as a step of its own: between the two the pointer may be gone. */
#include <lockwalk.h>

CONFIG(bool, load_once, true);

static struct object { u1 value; } object, *pointer = &object;
static u1 seen;

THREAD(reader, 1)
{
	struct object *p;

	if (load_once) {
		p = pointer;
		if (p && !p->value)
			seen++;
		if (!p || p->value)
			seen++;
	} else if (pointer && !pointer->value) {
		seen++;
	}
}

THREAD(clearer, 1)
{
	WRITE_ONCE(pointer, NULL);
}

FINALLY(seen_once)
{
	return !load_once || seen == 1;
}

EXPECT(load_once,  HOLDS);
EXPECT(!load_once, NULL_DEREF);
