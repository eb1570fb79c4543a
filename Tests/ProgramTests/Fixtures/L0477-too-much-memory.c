#include <lockwalk.h>

static int table[4096][8];

THREAD(t, 1) { table[0][0] = 1; }
