#include <lockwalk.h>

static int count;
static int get(int value) { return count + value; }

THREAD(t, 1) { on_each_cpu(get, 1); }
