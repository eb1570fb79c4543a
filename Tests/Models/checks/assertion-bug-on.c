/* BUG_ON() and WARN_ON() are code, and an ASSERTION when true. */
#include <lockwalk.h>

enum kind { BUG, WARN, WARN_ONCE };

CONFIG(bool, broken, true);
CONFIG(enum kind, kind, BUG);

static u1 state;

THREAD(setter, 1)
{
	WRITE_ONCE(state, broken);
}

THREAD(user, 1)
{
	if (kind == BUG)
		BUG_ON(READ_ONCE(state));
	if (kind == WARN && WARN_ON(READ_ONCE(state)))
		return;
	if (kind == WARN_ONCE)
		WARN_ON_ONCE(READ_ONCE(state));
}

EXPECT(broken && kind <= WARN_ONCE,  ASSERTION);
EXPECT(!broken && kind <= WARN_ONCE, HOLDS);
