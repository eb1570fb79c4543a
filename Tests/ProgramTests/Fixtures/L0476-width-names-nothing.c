#include <lockwalk.h>

static int count;
WIDTH(cuont, 4);

THREAD(t, 1) { count = 1; }
