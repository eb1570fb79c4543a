/* Nothing that may sleep, and no waiting for other CPUs, in an interrupt. */
#include <lockwalk.h>

enum call { MUTEX, RWSEM, RESCHED, IPI, CALL, TRYLOCK };
CONFIG(enum call, call, MUTEX);

static struct mutex mutex;
static struct rw_semaphore rwsem;
static int flushed;
static void flush(int page) { WRITE_ONCE(flushed, page); }

THREAD(t, 2) { skip(); }

INTERRUPT(0, timer, 1)
{
	switch (call) {
	case MUTEX: mutex_lock(&mutex); mutex_unlock(&mutex); break;
	case RWSEM: down_read(&rwsem); up_read(&rwsem); break;
	case RESCHED: cond_resched(); break;
	case IPI: smp_call_function_sync(); break;
	case CALL: smp_call_function_single(1, flush, 1); break;
	case TRYLOCK: if (down_read_trylock(&rwsem)) up_read(&rwsem); break;
	}
}

EXPECT(call != TRYLOCK, SLEEP_IN_ATOMIC);
EXPECT(call == TRYLOCK, HOLDS);
