#include <lockwalk.h>

struct rule { int value; };
CONFIG(struct rule, rule, 0);

THREAD(t, 1) { skip(); }
