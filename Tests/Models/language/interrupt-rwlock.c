/* A reader in an interrupt does not wait for the writers in the queue, or it would wait for the reader below it. */
#include <lockwalk.h>

CONFIG(bool, in_interrupt, true);

static rwlock_t lock;

THREAD_ON(0, reader, 1)
{
	read_lock(&lock);
	if (!in_interrupt) {
		read_lock(&lock);
		read_unlock(&lock);
	}
	read_unlock(&lock);
}

INTERRUPT(0, timer, 1)
{
	if (in_interrupt) {
		read_lock(&lock);
		read_unlock(&lock);
	}
}

THREAD_ON(1, writer, 1)
{
	write_lock(&lock);
	write_unlock(&lock);
}

EXPECT(in_interrupt, HOLDS);
EXPECT(!in_interrupt, DEADLOCK);
