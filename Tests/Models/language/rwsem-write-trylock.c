/* down_write_trylock() never queues, fails while anybody holds the semaphore, and while anybody waits for it. */
#include <lockwalk.h>

static struct rw_semaphore sem;
GHOST static u2 holders;
GHOST static bool failed_held, failed_free;

THREAD(writer, 1)
{
	down_write(&sem);
	holders++;
	skip();
	up_write(&sem);
	holders--;
}

THREAD(reader, 1)
{
	down_read(&sem);
	holders++;
	skip();
	up_read(&sem);
	holders--;
}

THREAD(trier, 1)
{
	if (down_write_trylock(&sem)) {
		ASSERT(alone, !holders);
		up_write(&sem);
		return;
	}
	failed_held = holders;
	failed_free = !holders;
	skip();
}

SOMETIMES(fails_while_held) { return failed_held; }
SOMETIMES(fails_while_somebody_waits) { return failed_free; }

EXPECT(true, HOLDS);
