#include <lockwalk.h>

static int count;
RCU_FLAVOR(7);

THREAD(t, 1) { count = 1; }
