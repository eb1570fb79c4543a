/* LOCKS(FIFO): sleeping locks go to whoever came first, and a trylock fails while anybody waits. On one CPU without
 * preemption nothing comes between seeing that the lock is taken and queueing for it. */
#include <lockwalk.h>

enum policy { QUEUED, READERS, IN_ORDER };
enum lock { MUTEX, MUTEX_TRYLOCK, WRITER_WRITER, READER_WRITER, WRITER_READER, READER_READER };
CONFIG(enum policy, policy, IN_ORDER);
CONFIG(enum lock, lock, MUTEX);
LOCKS(policy == QUEUED ? WRITER_QUEUED : policy == READERS ? READER_PREFERENCE : FIFO);
PREEMPTION(NONE);

#define IS_MUTEX (lock == MUTEX || lock == MUTEX_TRYLOCK)

static struct mutex mutex;
static struct rw_semaphore rwsem;
static bool queued, first_had_it;

THREAD_ON(0, holder, 1)
{
	if (IS_MUTEX) mutex_lock(&mutex); else down_write(&rwsem);
	cond_resched();
	if (IS_MUTEX) mutex_unlock(&mutex); else up_write(&rwsem);
}

THREAD_ON(0, first, 1)
{
	if (IS_MUTEX) {
		WRITE_ONCE(queued, mutex_is_locked(&mutex));
		mutex_lock(&mutex);
		WRITE_ONCE(first_had_it, true);
		mutex_unlock(&mutex);
		return;
	}
	WRITE_ONCE(queued, rwsem_is_locked(&rwsem));
	if (lock == WRITER_WRITER || lock == WRITER_READER) down_write(&rwsem); else down_read(&rwsem);
	WRITE_ONCE(first_had_it, true);
	if (lock == WRITER_WRITER || lock == WRITER_READER) up_write(&rwsem); else up_read(&rwsem);
}

THREAD_ON(0, second, 1)
{
	bool comes_later = READ_ONCE(queued), got = true;

	if (lock == MUTEX) mutex_lock(&mutex);
	else if (lock == MUTEX_TRYLOCK) got = mutex_trylock(&mutex);
	else if (lock == WRITER_WRITER || lock == READER_WRITER) down_write(&rwsem);
	else down_read(&rwsem);
	ASSERT(in_order, !comes_later || !got || first_had_it);
	if (IS_MUTEX && got) mutex_unlock(&mutex);
	if (lock == WRITER_WRITER || lock == READER_WRITER) up_write(&rwsem);
	if (lock == WRITER_READER || lock == READER_READER) up_read(&rwsem);
}

FINALLY(all_had_it) { return first_had_it; }
SOMETIMES(first_waited) { return queued; }

EXPECT(policy == IN_ORDER && lock != READER_READER, HOLDS);
EXPECT((policy == QUEUED || policy == READERS) && (lock == MUTEX || lock == MUTEX_TRYLOCK || lock == WRITER_WRITER || lock == READER_WRITER), ASSERTION(in_order));
EXPECT(policy == QUEUED && lock == WRITER_READER, HOLDS);
EXPECT(policy == READERS && lock == WRITER_READER, ASSERTION(in_order));
EXPECT(policy == IN_ORDER && lock == READER_READER, ASSERTION(in_order));
