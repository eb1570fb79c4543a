#include <lockwalk.h>

typedef int row[];
static row numbers;

THREAD(t, 1) { skip(); }
