/* down_read_trylock() fails against a writer that waits, though only readers hold the semaphore; not with reader preference. */
#include <lockwalk.h>

CONFIG(enum lw_locks, policy, WRITER_QUEUED);
LOCKS(policy);

static struct rw_semaphore sem;

THREAD(reader, 1)
{
	bool got;

	down_read(&sem);
	got = down_read_trylock(&sem);
	ASSERT(gets_it, got);
	if (got)
		up_read(&sem);
	up_read(&sem);
}

THREAD(writer, 1)
{
	down_write(&sem);
	up_write(&sem);
}

EXPECT(policy == WRITER_QUEUED,     ASSERTION(gets_it));
EXPECT(policy == READER_PREFERENCE, HOLDS);
