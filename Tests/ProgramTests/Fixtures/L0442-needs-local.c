#include <lockwalk.h>

static int state, old;

THREAD(t, 1) { if (try_cmpxchg(&state, &old, 1)) skip(); }
