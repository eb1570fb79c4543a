#include <lockwalk.h>

static int count;
static spinlock_t lock;

THREAD(t, 1) { count = spin_lock(&lock); }
