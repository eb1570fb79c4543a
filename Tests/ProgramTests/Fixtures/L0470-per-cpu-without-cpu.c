#include <lockwalk.h>

PER_CPU(int, count);

THREAD(t, 2) { count = 1; }
