#include <lockwalk.h>

CONFIG(int, ways, 0);
static int set[8 / ways];

THREAD(t, 1) { set[0] = 1; }
