#include <lockwalk.h>

static int count;

THREAD_ON(1 - self, t, 3) { WRITE_ONCE(count, 1); }
THREAD_ON(64, far, 1) { WRITE_ONCE(count, 2); }
