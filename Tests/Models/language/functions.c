/* static functions are inlined at each call: locals of their own, early returns, calls in expressions and conditions. */
#include <lockwalk.h>

#define LIMIT (2 + 1)

static u4 total;

static int clamp(int v)
{
	if (v > LIMIT)
		return LIMIT;
	if (v < 0)
		return 0;
	return v;
}

static bool take(int v)
{
	int clamped = clamp(v);

	if (!clamped)
		return false;
	total += clamped;
	return true;
}

static void take_twice(int v)
{
	if (take(v) && take(v + 1))
		return;
	total = 15;
}

THREAD(user, 1)
{
	int v = 2;

	take_twice(v);
	ASSERT(both, total == 5 && v == 2);
	if (take(-1) || take(clamp(7) - clamp(2)))
		total += clamp(clamp(9) + clamp(1));
	ASSERT(nested, total == 9);
	take_twice(-1);
	ASSERT(returned_early, total == 15);
}

EXPECT(true, HOLDS);
