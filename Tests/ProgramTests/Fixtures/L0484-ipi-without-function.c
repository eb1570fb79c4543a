#include <lockwalk.h>

static int count;

THREAD(t, 1) { smp_call_function_single(0, count, 1); }
