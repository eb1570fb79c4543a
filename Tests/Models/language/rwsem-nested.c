/* A second down_read() is no error in itself, but a deadlock with a writer queued in between; not with reader preference. */
#include <lockwalk.h>

CONFIG(bool, writer_comes, true);
CONFIG(enum lw_locks, policy, WRITER_QUEUED);
LOCKS(policy);

static struct rw_semaphore sem;

THREAD(reader, 1)
{
	down_read(&sem);
	down_read(&sem);
	up_read(&sem);
	up_read(&sem);
}

THREAD(writer, writer_comes)
{
	down_write(&sem);
	up_write(&sem);
}

EXPECT(writer_comes && policy == WRITER_QUEUED,     DEADLOCK);
EXPECT(writer_comes && policy == READER_PREFERENCE, HOLDS);
EXPECT(!writer_comes && policy == WRITER_QUEUED,    HOLDS);
