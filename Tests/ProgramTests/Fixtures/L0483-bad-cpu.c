#include <lockwalk.h>

static int count;

THREAD_ON(1 - self, t, 3) { WRITE_ONCE(count, 1); }
