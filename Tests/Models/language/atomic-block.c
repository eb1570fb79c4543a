/* ATOMIC is one step; return, goto and break may leave it, and only its first statement may wait. */
#include <lockwalk.h>

static u2 x, y, waits;
static bool open, first, second;

static bool try_both(void)
{
	ATOMIC {
		if (x == 1)
			return false;
		x = x + 1;
		y = x;
	}
	return true;
}

THREAD(writer, 2)
{
	bool done;

	for (;;) {
		ATOMIC {
			done = open;
			if (done)
				break;
			open = true;
		}
		first = try_both();
		goto out;
	}
	second = try_both();
out:
	ATOMIC {
		waits++;
		if (waits < 2)
			goto end;
		open = false;
	}
end:
	skip();
}

THREAD(waiter, 1)
{
	u2 a, b;

	ATOMIC {
		wait_until(waits == 2 && !open);
		a = x;
		b = y;
	}
	ASSERT(both_there, a == 1 && b == 1);
}

FINALLY(one_returned_early)
{
	return first != second;
}

INVARIANT(never_apart)
{
	return x == y;
}

EXPECT(true, HOLDS);
