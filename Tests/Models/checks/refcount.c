/* refcount_inc() from zero. Clean: refcount_inc_not_zero(). */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static refcount_t refs;

INIT { refcount_set(&refs, 1); }

THREAD(getter, 1)
{
	if (broken)
		refcount_inc(&refs);
	else if (!refcount_inc_not_zero(&refs))
		return;
	refcount_dec_and_test(&refs);
}

THREAD(putter, 1)
{
	refcount_dec_and_test(&refs);
}

EXPECT(broken,  REFCOUNT);
EXPECT(!broken, HOLDS);
