#include <lockwalk.h>

CONFIG(int, entries, 0);
static int table[entries];

THREAD(t, 1) { table[0] = 1; }
