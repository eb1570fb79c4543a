#include <lockwalk.h>

static enum rule rule;

THREAD(t, 1) { rule = 1; }
