#include <lockwalk.h>

static int slots[2];

THREAD(t, 1) { int *p = slots; p++; *p = 1; }
