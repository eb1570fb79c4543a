#include <lockwalk.h>

static int count;

THREAD(reader, 40) { count = 1; }
THREAD(writer, 40) { count = 2; }
