#include <lockwalk.h>

static void wake(int who);

THREAD(t, 1) { wake(1); }
