#include <lockwalk.h>

static int count;
WIDTH(count, 33);

THREAD(t, 1) { count = 1; }
