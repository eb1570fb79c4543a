/* Structs: nested, initialised, copied, passed and returned by value, compound literals; none of it a step for locals. */
#include <lockwalk.h>

struct point { s8 x, y; };
struct box { struct point low, high; u3 tag; };

static struct box shared;

static struct point add(struct point a, struct point b)
{
	struct point sum = { a.x + b.x, a.y + b.y };

	a.x = 100;                              /* a copy: the caller's stays */
	return sum;
}

static struct box grow(struct box box, s8 by)
{
	box.high = add(box.high, (struct point){ by, by });
	return box;
}

THREAD(user, 1)
{
	struct box box = { .low = { 1, 2 }, .high = { .y = 4 }, .tag = 5 };
	struct box bigger = grow(box, -3), copy;
	struct point p = box.low;

	skip();
	ASSERT(initialised, box.low.x == 1 && box.low.y == 2 && box.high.x == 0 && box.high.y == 4 && box.tag == 5);
	ASSERT(returned, bigger.high.x == -3 && bigger.high.y == 1 && bigger.tag == 5 && bigger.low.y == 2);
	copy = bigger;
	copy.low.x = 7;
	ASSERT(copied, bigger.low.x == 1 && copy.low.x == 7);
	p = add(p, add(p, p));
	ASSERT(by_value, p.x == 3 && p.y == 6 && box.low.x == 1);
	ATOMIC { shared = copy; }
	ASSERT(stored, shared.low.x == 7 && shared.high.y == 1 && shared.tag == 5);
	ATOMIC { shared.high = (struct point){ .x = 9, .y = shared.low.y }; }
	ASSERT(literal, shared.high.x == 9 && shared.high.y == 2);
}

EXPECT(true, HOLDS);
