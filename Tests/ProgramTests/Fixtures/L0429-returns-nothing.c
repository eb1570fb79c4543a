#include <lockwalk.h>

static int count;
static int get(void) { count = 1; return; }

THREAD(t, 1) { count = get(); }
