#include <lockwalk.h>

static void wake(void) { }

THREAD(t, 1) { if (wake) skip(); }
