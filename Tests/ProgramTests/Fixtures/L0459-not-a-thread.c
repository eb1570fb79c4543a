#include <lockwalk.h>

static int count;

THREAD(walker, 2) { count = 1; }
INVARIANT(done) { return !ended(walkre, 0) || count; }
