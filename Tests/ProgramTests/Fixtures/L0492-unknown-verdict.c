#include <lockwalk.h>

CONFIG(bool, recheck, true);
EXPECT(!recheck, USE_AFTER_FRE);

THREAD(t, 1) { skip(); }
