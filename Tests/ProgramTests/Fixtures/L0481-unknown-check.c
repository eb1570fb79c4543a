#include <lockwalk.h>

static int count;
CHECK(LEEK);

THREAD(t, 1) { count = 1; }
