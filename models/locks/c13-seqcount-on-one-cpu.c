/*
 * A seqcount whose reader and writer share a CPU: a reader that spins on an odd count must not keep the writer from going on.
 *
 * So the write section may not be preempted by a reader, nor interrupted by one; an interrupt that writes is harmless, the
 * reader tries again. Where write sections can be preempted (PREEMPT_RT), a reader that finds an odd count takes the writer's
 * lock, which lets the writer run.
 *
 * Source: include/linux/seqlock.h; Documentation/locking/seqlock.rst.
 */
#include <lockwalk.h>

enum place { SAME_CPU, READER_INTERRUPTS, WRITER_INTERRUPTS };
CONFIG(enum place, place, SAME_CPU);		/* SAME_CPU: two threads, switched only where they allow it */
CONFIG(bool, preempted, false);			/* the writer, within its section */
CONFIG(bool, reader_locks, false);		/* to wait for an even count */
CONFIG(bool, irqs_off, false);			/* in the write section */
PREEMPTION(NONE);

static struct mutex lock;			/* of writers */
static u3 sequence;
static bool a, b;
static GHOST bool reading;

static void read(void)
{
	bool x, y;
	u3 seq;

	reading = true;
	do {
		for (;;) {
			seq = READ_ONCE(sequence);
			if (!(seq & 1))
				break;
			if (reader_locks) {
				mutex_lock(&lock);
				mutex_unlock(&lock);
			}
		}
		x = READ_ONCE(a);
		y = READ_ONCE(b);
	} while (READ_ONCE(sequence) != seq);
	ASSERT(sees_one_version, x == y);
	reading = false;
}

static void write(void)
{
	if (irqs_off)
		local_irq_disable();
	WRITE_ONCE(sequence, sequence + 1);
	WRITE_ONCE(a, true);
	if (preempted)
		cond_resched();
	WRITE_ONCE(b, true);
	WRITE_ONCE(sequence, sequence + 1);
	if (irqs_off)
		local_irq_enable();
}

THREAD_ON(0, reader, place != READER_INTERRUPTS) { read(); }
INTERRUPT(0, reader_irq, place == READER_INTERRUPTS) { read(); }

THREAD_ON(0, writer, place != WRITER_INTERRUPTS)
{
	mutex_lock(&lock);
	write();
	mutex_unlock(&lock);
}
INTERRUPT(0, writer_irq, place == WRITER_INTERRUPTS) { write(); }

LEADS_TO(read_ends, reading, !reading)

EXPECT(place <= WRITER_INTERRUPTS, HOLDS);							/* 9, 10, safety */
EXPECT(place == SAME_CPU && preempted, HOLDS);							/* 9, safety */
EXPECT(place == SAME_CPU && preempted, LIVELOCK(read_ends), STRONG);				/* 9 */
EXPECT(place == SAME_CPU && !preempted, HOLDS, WEAK);						/* 9, preemption off */
EXPECT(place == SAME_CPU && preempted && reader_locks, HOLDS, WEAK);				/* 9, PREEMPT_RT */
EXPECT(place == WRITER_INTERRUPTS, HOLDS, WEAK);						/* 10 */
EXPECT(place == READER_INTERRUPTS, LIVELOCK(read_ends), STRONG);				/* 10 */
EXPECT(place == READER_INTERRUPTS && irqs_off, HOLDS, WEAK);					/* 10, interrupts off */
