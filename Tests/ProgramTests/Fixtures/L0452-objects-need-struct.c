#include <lockwalk.h>

OBJECTS(int, numbers, 2);

THREAD(t, 1) { skip(); }
