#include <lockwalk.h>

enum rule { NO_RECHECK, RECHECK };
CONFIG(enum rule, rule, 2);

THREAD(t, 1) { skip(); }
