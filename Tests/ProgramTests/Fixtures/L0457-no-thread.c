#include <lockwalk.h>

static int count;

INIT { count = 1; }
