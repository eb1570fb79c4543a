#include <lockwalk.h>

enum flag { LOCKED = 1, WAITERS = 0x100000000 };

THREAD(t, 1) { skip(); }
