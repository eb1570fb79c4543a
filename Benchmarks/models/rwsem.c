/*
 * R readers and W writers over a writer-preferring rw_semaphore that a kernel might have: a count word, a FIFO of waiters
 * under a wait_lock of its own, hand-off to the head; inside it one of two page locks. No reader runs beside a writer,
 * and no two writers.
 *
 * The same steps as rwsem.pml and rwsem.m. The count word (rd, wr, wt) is one atomic word.
 */
#include <lockwalk.h>

CONFIG(int, R, 2);
CONFIG(int, W, 1);

static u3 rd;                           /* active readers */
static u1 wr;                           /* an active writer */
static u1 wt;                           /* somebody is queued */
static u1 wait_lock;
static u1 page_lock[2];
static u1 granted[R + W];
static u3 queue[R + W], queued;

THREAD(process, R + W)
{
	u3 head, i;
	u1 releasing, page;

fast_path:
	ATOMIC {
		if (!wr && !wt && (self < R || !rd)) {
			if (self < R)
				rd++;
			else
				wr = 1;
			goto critical;
		}
	}
	releasing = 0;
	ATOMIC { wait_until(!wait_lock); wait_lock = 1; }
	ATOMIC { queue[queued] = self; queued++; }
	WRITE_ONCE(wt, 1);
wake:                                   /* wake what can be woken, under the wait_lock */
	ATOMIC {
		if (!queued) {
			wt = 0;
			goto unlock;
		}
		head = queue[0];
		if (wr || (head >= R && rd))
			goto unlock;
		for (i = 0; i + 1 < R + W; i++)
			queue[i] = queue[i + 1];
		queue[R + W - 1] = 0;
		queued--;
		if (head < R)
			rd++;
		else
			wr = 1;
	}
	WRITE_ONCE(granted[head], 1);
	goto wake;
unlock:
	ATOMIC {
		wait_lock = 0;
		if (releasing)
			goto fast_path;
	}
	ATOMIC { wait_until(granted[self]); granted[self] = 0; }
critical:
	ATOMIC {
		wait_until(!page_lock[0] || !page_lock[1]);
		page = page_lock[0] ? 1 : page_lock[1] ? 0 : pick(0, 1);
		page_lock[page] = 1;
	}
	skip();
	ASSERT(exclusion, self < R ? !wr && rd : wr && !rd);
	WRITE_ONCE(page_lock[page], 0);
	ATOMIC {
		if (self < R)
			rd--;
		else
			wr = 0;
		if (!wt || rd)
			goto fast_path;
	}
	releasing = 1;
	ATOMIC { wait_until(!wait_lock); wait_lock = 1; }
	goto wake;
}

EXPECT(true, HOLDS);
