/*
 * The per-CPU rwsem: readers that write nothing shared, until a writer comes.
 *
 * A reader's fast path increments the count of its CPU, without a barrier, if gp_idle says that no writer is about. A writer
 * clears gp_idle and waits for a grace period: from then on every reader goes the slow way, which has barriers and looks at
 * `block`. The writer sets that, and waits until the sum of the counts is zero. A reader may unlock on another CPU than it
 * locked on, so the counts mean nothing one by one.
 *
 * Source: kernel/locking/percpu-rwsem.c, simplified.
 */
#include <lockwalk.h>

CONFIG(int, readers, 2);
CONFIG(bool, sync_first, true);			/* the writer waits for a grace period after gp_idle = 0 */
CONFIG(bool, barrier_in_slow_path, true);	/* between the count and the look at `block` */
CONFIG(bool, migrate, false);			/* reader 0 unlocks on reader 1's CPU */
CONFIG(bool, idle_late, true);			/* gp_idle = 1 a grace period after the unlock */
CONFIG(bool, wake_writer, true);		/* a reader that backs off wakes the writer */
CONFIG(bool, endless, false);			/* readers come again and again */
CONFIG(bool, recursive, false);			/* readers lock it twice */

static struct percpu_rw_semaphore {
	bool gp_idle;
	bool block;
	wait_queue_head_t readers, writer;
} sem;
PER_CPU(int, read_count);
static bool data;
static GHOST u2 reading;
static GHOST bool writing;

INIT { sem.gp_idle = true; }

static bool sum_is_zero(void)
{
	int sum = 0;

	for (int cpu = 0; cpu < readers; cpu++)
		sum += READ_ONCE(per_cpu(read_count, cpu));
	return sum == 0;
}

static bool try_slow_path(void)
{
	this_cpu_inc(read_count);
	if (barrier_in_slow_path)
		smp_mb();
	if (!smp_load_acquire(&sem.block))
		return true;
	this_cpu_dec(read_count);
	smp_mb();
	if (wake_writer)
		wake_up(&sem.writer);
	return false;
}

static void percpu_down_read(void)
{
	bool locked = true;

	do {
		if (!locked)
			wait_event(sem.readers, !READ_ONCE(sem.block));
		preempt_disable();
		if (READ_ONCE(sem.gp_idle)) {
			this_cpu_inc(read_count);
			locked = true;
		} else {
			locked = try_slow_path();
		}
		preempt_enable();
	} while (!locked);
}

static void percpu_up_read(int cpu)
{
	preempt_disable();
	if (READ_ONCE(sem.gp_idle)) {
		ATOMIC { per_cpu(read_count, cpu)--; }
	} else {
		smp_mb();
		ATOMIC { per_cpu(read_count, cpu)--; }
		wake_up(&sem.writer);
	}
	preempt_enable();
}

THREAD(reader, readers)
{
	bool first, second;

	do {
		percpu_down_read();
		if (recursive)
			percpu_down_read();
		reading++;
		first = READ_ONCE(data);
		second = READ_ONCE(data);
		ASSERT(data_is_stable, first == second);
		reading--;
		if (recursive)
			percpu_up_read(self);
		percpu_up_read(migrate && self == 0 ? 1 : self);
	} while (endless);
}

THREAD(writer, 1)
{
	WRITE_ONCE(sem.gp_idle, false);			/* percpu_down_write() */
	if (sync_first)
		synchronize_rcu();
	WRITE_ONCE(sem.block, true);
	smp_mb();
	wait_event(sem.writer, sum_is_zero());
	writing = true;
	WRITE_ONCE(data, !data);
	writing = false;
	smp_store_release(&sem.block, false);		/* percpu_up_write() */
	wake_up_all(&sem.readers);
	if (idle_late)
		synchronize_rcu();
	WRITE_ONCE(sem.gp_idle, true);
}

INVARIANT(writer_is_alone) { return !reading || !writing; }
EVENTUALLY(writer_gets_in) { return ended(writer, 0); }

EXPECT(sync_first, HOLDS);									/* 1 */
EXPECT(sync_first && readers == 3, HOLDS);							/* 1 */
EXPECT(sync_first, HOLDS, TSO);									/* 1 */
EXPECT(sync_first, HOLDS, LKMM);								/* 1 */
EXPECT(!sync_first, VIOLATED(writer_is_alone), ASSERTION(data_is_stable));			/* 2 */
EXPECT(!barrier_in_slow_path, HOLDS);								/* 3 */
EXPECT(!barrier_in_slow_path, VIOLATED(writer_is_alone), ASSERTION(data_is_stable), TSO);	/* 3 */
EXPECT(!barrier_in_slow_path, VIOLATED(writer_is_alone), ASSERTION(data_is_stable), LKMM);	/* 3 */
EXPECT(migrate, HOLDS);										/* 4 */
EXPECT(!idle_late, HOLDS);									/* 5 */
EXPECT(!idle_late, VIOLATED(writer_is_alone), ASSERTION(data_is_stable), LKMM);			/* 5 */
EXPECT(!wake_writer, DEADLOCK);									/* 6 */
EXPECT(endless, HOLDS, WEAK);									/* 7 */
EXPECT(recursive, DEADLOCK);									/* 8 */
