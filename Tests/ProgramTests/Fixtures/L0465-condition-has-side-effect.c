#include <lockwalk.h>

static atomic_t tickets;

THREAD(t, 2) { wait_until(atomic_dec_return(&tickets) == 0); }
