/*
 * A trylock in an interrupt is turned away by a waiting writer, as anywhere else:
 * only read_lock() in an interrupt may go past it.
 */
#include <lockwalk.h>

CONFIG(bool, sleeping, true);

static struct rw_semaphore sem;
static rwlock_t lock;
GHOST bool reading, refused;

THREAD(reader, 1)
{
	if (sleeping)
		down_read(&sem);
	else
		read_lock(&lock);
	reading = true;
	skip();
	reading = false;
	if (sleeping)
		up_read(&sem);
	else
		read_unlock(&lock);
}

THREAD(writer, 1)
{
	if (sleeping) {
		down_write(&sem);
		up_write(&sem);
	} else {
		write_lock(&lock);
		write_unlock(&lock);
	}
}

INTERRUPT(0, irq, 1)
{
	bool got;

	got = sleeping ? down_read_trylock(&sem) : read_trylock(&lock);
	if (!got) {
		refused = reading;
	} else if (sleeping) {
		up_read(&sem);
	} else {
		read_unlock(&lock);
	}
}

SOMETIMES(writer_waits) { return refused; }

EXPECT(sleeping, HOLDS);
EXPECT(!sleeping, HOLDS);
