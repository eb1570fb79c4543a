/* A thread that ends in a wait queue leaves an entry of its stack there. A wake-up takes it off, so not on every run. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static wait_queue_head_t wq;

THREAD(waiter, 1)
{
	prepare_to_wait(&wq);
	skip();
	if (!broken)
		finish_wait(&wq);
}

THREAD(waker, 1)
{
	wake_up(&wq);
}

EXPECT(broken,  UNBALANCED);
EXPECT(!broken, HOLDS);
