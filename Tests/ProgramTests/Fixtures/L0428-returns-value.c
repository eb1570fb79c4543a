#include <lockwalk.h>

static int count;
static void put(void) { return count; }

THREAD(t, 1) { put(); }
