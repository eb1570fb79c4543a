#include <lockwalk.h>

static int count;

THREAD(t, 61) { count = 1; }
