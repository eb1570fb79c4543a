#include <lockwalk.h>

static int slots[2];

THREAD(t, 1) { slots[2] = 1; }
