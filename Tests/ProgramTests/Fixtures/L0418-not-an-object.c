#include <lockwalk.h>

static int a, b;

THREAD(t, 1) { a + b = 1; }
