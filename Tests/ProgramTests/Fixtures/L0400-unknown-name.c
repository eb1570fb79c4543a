#include <lockwalk.h>

static int count;

THREAD(t, 1) { coutn = 1; }
