/* downgrade_write() lets readers in, and no writer between; without it a writer may come in the gap. */
#include <lockwalk.h>

CONFIG(bool, downgrade, true);

static struct rw_semaphore sem;
static u1 value;
GHOST static bool reading, reading_too;

THREAD(downgrader, 1)
{
	u1 v;

	down_write(&sem);
	WRITE_ONCE(value, 0);
	if (downgrade) {
		downgrade_write(&sem);
	} else {
		up_write(&sem);
		down_read(&sem);
	}
	reading = true;
	v = READ_ONCE(value);
	ASSERT(mine, v == 0);
	reading = false;
	up_read(&sem);
}

THREAD(reader, 1)
{
	down_read(&sem);
	reading_too = true;
	skip();
	reading_too = false;
	up_read(&sem);
}

THREAD(writer, 1)
{
	down_write(&sem);
	WRITE_ONCE(value, 1);
	up_write(&sem);
}

SOMETIMES(readers_share)
{
	return reading && reading_too;
}

EXPECT(downgrade,  HOLDS);
EXPECT(!downgrade, ASSERTION(mine));
