#include <lockwalk.h>

CONFIG(bool, recheck, true);
EXPECT(recheck, WEAK);

THREAD(t, 1) { skip(); }
