/* A put too many. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static refcount_t refs;

INIT { refcount_set(&refs, broken ? 1 : 2); }

THREAD(putter, 2)
{
	refcount_dec_and_test(&refs);
}

EXPECT(broken,  REFCOUNT);
EXPECT(!broken, HOLDS);
