#include <lockwalk.h>

static int count;
static void walk(int depth) { count++; walk(depth - 1); }

THREAD(t, 1) { walk(2); }
