#include <lockwalk.h>

enum rule { NO_RECHECK, RECHECK };
CONFIG(enum rule, rule, RECHECK);
EXPECT(rule == NO_RECHECK && rule == RECHECK, HOLDS);

THREAD(t, 1) { skip(); }
