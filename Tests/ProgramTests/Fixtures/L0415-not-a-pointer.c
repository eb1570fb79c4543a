#include <lockwalk.h>

static int count;

THREAD(t, 1) { *count = 1; }
