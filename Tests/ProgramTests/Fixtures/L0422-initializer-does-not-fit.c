#include <lockwalk.h>

static u2 state = 4;

THREAD(t, 1) { state = 0; }
