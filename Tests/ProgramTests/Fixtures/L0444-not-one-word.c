#include <lockwalk.h>

static int slots[4];

THREAD(t, 1) { READ_ONCE(slots); }
