#include <lockwalk.h>

static int owner;
static void take(void) { owner = self; }

THREAD(t, 2) { take(); }
