#include <lockwalk.h>

static int count;

THREAD(t, 1) { count = pick(3, 1); }
