#include <lockwalk.h>

static int count = 2;
static int slots[count];

THREAD(t, 1) { slots[0] = 1; }
