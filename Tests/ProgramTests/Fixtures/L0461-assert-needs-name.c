#include <lockwalk.h>

static int owners;

THREAD(t, 1) { ASSERT(owners <= 1, true); owners++; }
