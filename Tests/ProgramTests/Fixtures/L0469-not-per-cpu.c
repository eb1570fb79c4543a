#include <lockwalk.h>

static int count;

THREAD(t, 2) { this_cpu(count) = 1; }
