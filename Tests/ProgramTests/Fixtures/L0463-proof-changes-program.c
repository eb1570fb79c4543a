#include <lockwalk.h>

static atomic_t refs;

THREAD(t, 1) { atomic_inc(&refs); }
INVARIANT(positive) { return atomic_inc_return(&refs) > 0; }
