#include <lockwalk.h>

static wait_queue_head_t queue;
static int done;

THREAD(t, 1) { wait_event(queue, done); }
