/* ?: over addresses, pointers, locks and calls; only the chosen side is evaluated. */
#include <lockwalk.h>

CONFIG(bool, second, false);

struct object {
	spinlock_t lock;
	u3 value;
};

static struct object one, two, *none;
static u3 calls;

static u3 call(u3 value)
{
	calls++;
	return value;
}

THREAD(user, 1)
{
	struct object *object = second ? &two : &one;
	u3 v;

	spin_lock(second ? &two.lock : &one.lock);
	(second ? &two : &one)->value = 3;
	spin_unlock(&object->lock);
	ASSERT(right_one, object->value == 3 && one.value + two.value == 3);
	v = none ? none->value : call(5);
	ASSERT(one_call, calls == 1 && v == 5);
	v = !none ? call(2) : call(7);
	ASSERT(two_calls, calls == 2 && v == 2);
}

EXPECT(second || !second, HOLDS);
