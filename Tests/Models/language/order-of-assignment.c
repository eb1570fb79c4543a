/* In p->x = y the address is loaded first, then y, then comes the store. */
#include <lockwalk.h>

struct object { u2 x; };

static struct object before = { 2 }, after = { 2 };
static struct object *p = &before;
static u2 y;

THREAD(assigner, 1)
{
	p->x = y;
}

THREAD(writer, 1)
{
	WRITE_ONCE(y, 1);
	WRITE_ONCE(p, &after);
}

FINALLY(new_address_means_new_value)
{
	return after.x != 0;
}

SOMETIMES(old_address_old_value)
{
	return before.x == 0;
}

SOMETIMES(old_address_new_value)
{
	return before.x == 1;
}

SOMETIMES(new_address_new_value)
{
	return after.x == 1;
}

EXPECT(true, HOLDS);
