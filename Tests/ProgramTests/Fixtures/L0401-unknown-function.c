#include <lockwalk.h>

static spinlock_t lock;

THREAD(t, 1) { spin_lokc(&lock); }
