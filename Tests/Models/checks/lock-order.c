/* Two locks in both orders, though never at the same time. A trylock draws no edge to what it takes. */
#include <lockwalk.h>

enum second { OPPOSITE, OPPOSITE_TRY, SAME };

CONFIG(enum second, second, OPPOSITE);
CHECK(LOCK_ORDER);

static spinlock_t a, b;
static bool first_done;

THREAD(first, 1)
{
	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	WRITE_ONCE(first_done, true);
}

THREAD(later, 1)
{
	wait_until(first_done);
	if (second == SAME) {
		spin_lock(&a);
		spin_lock(&b);
	} else {
		spin_lock(&b);
		if (second == OPPOSITE)
			spin_lock(&a);
		else if (!spin_trylock(&a))
			goto out;
	}
	spin_unlock(&a);
out:
	spin_unlock(&b);
}

EXPECT(second == OPPOSITE,                           LOCK_ORDER);
EXPECT(second == OPPOSITE_TRY || second == SAME,     HOLDS);
