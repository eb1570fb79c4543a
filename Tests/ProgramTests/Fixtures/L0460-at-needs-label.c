#include <lockwalk.h>

static int count;

THREAD(walker, 2) { inside: count = 1; }
INVARIANT(early) { return !at(walker, 0, 1); }
