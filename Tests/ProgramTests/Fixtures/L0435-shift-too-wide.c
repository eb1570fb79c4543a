#include <lockwalk.h>

static u32 mask;

THREAD(t, 1) { mask = 1 << 32; }
