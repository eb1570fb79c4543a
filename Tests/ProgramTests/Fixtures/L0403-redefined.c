#include <lockwalk.h>

static int owner;
static bool owner;

THREAD(t, 1) { owner = 1; }
