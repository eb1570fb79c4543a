/*
 * The percpu rwsem: readers without shared writes until a writer comes.
 *
 * Source: case c20; kernel/locking/percpu-rwsem.c, simplified. The sleeping is wait_until(); the lost wake-up row needs
 * wait_event().
 */
#include <lockwalk.h>

CONFIG(bool, sync, true);               /* a grace period after gp_idle = 0 */
CONFIG(bool, idle_at_once, false);      /* gp_idle = 1 at unlock, without a grace period */
CONFIG(bool, migrates, false);          /* lock on one CPU, unlock on the other */
CONFIG(bool, recursive, false);
CONFIG(bool, wakes, true);              /* a reader that backs off wakes the writer */
CONFIG(int, readers, 2);

static bool gp_idle = true, block;
static u3 count[2];
static u2 wakes_seen;
GHOST static u2 reading;
GHOST static bool writing;

static void put(int cpu, int by)
{
	ATOMIC { count[cpu] = (count[cpu] + by) & 7; }
}

static void read_lock_percpu(int cpu)
{
	preempt_disable();
	if (READ_ONCE(gp_idle)) {
		put(cpu, 1);
		preempt_enable();
		return;
	}
again:
	put(cpu, 1);
	smp_mb();
	if (smp_load_acquire(&block)) {
		put(cpu, 7);
		smp_mb();
		if (wakes)
			WRITE_ONCE(wakes_seen, 1);
		preempt_enable();
		wait_until(!block);
		preempt_disable();
		goto again;
	}
	preempt_enable();
}

static void read_unlock_percpu(int cpu)
{
	preempt_disable();
	if (READ_ONCE(gp_idle)) {
		put(cpu, 7);
	} else {
		smp_mb();
		put(cpu, 7);
		WRITE_ONCE(wakes_seen, 1);
	}
	preempt_enable();
}

THREAD(reader, readers)
{
	int cpu = self & 1;

	read_lock_percpu(cpu);
	reading++;
	if (recursive) {
		read_lock_percpu(cpu);
		read_unlock_percpu(cpu);
	}
	skip();
	reading--;
	read_unlock_percpu(migrates ? 1 - cpu : cpu);
}

THREAD(writer, 1)
{
	u3 sum;

	WRITE_ONCE(gp_idle, false);
	if (sync)
		synchronize_rcu();
	WRITE_ONCE(block, true);
	smp_mb();
	for (;;) {
		sum = READ_ONCE(count[0]);
		sum = (sum + READ_ONCE(count[1])) & 7;
		if (!sum)
			break;
		wait_until(wakes_seen);
		WRITE_ONCE(wakes_seen, 0);
	}
	writing = true;
	skip();
	writing = false;
	smp_store_release(&block, false);
	if (!idle_at_once)
		synchronize_rcu();
	WRITE_ONCE(gp_idle, true);
}

INVARIANT(exclusion)
{
	return !(writing && reading);
}

EXPECT(sync && (readers == 1 || readers == 2 || readers == 3),  HOLDS);                 /* as above */
EXPECT(!sync,                                                   VIOLATED(exclusion));   /* no sync_rcu, under SC */
EXPECT(migrates,                                                HOLDS);                 /* the sum is right */
EXPECT(idle_at_once,                                            HOLDS);                 /* under SC */
EXPECT(!wakes && readers == 1,                                  DEADLOCK);              /* lost wake-up of W */
EXPECT(recursive,                                               DEADLOCK);
