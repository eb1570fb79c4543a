/*
 * The inode's lock and mmap_lock: MADV_REMOVE takes them the other way round.
 *
 * write(2) holds the inode's lock while it copies from the user's buffer, and that may fault: so the order is inode lock, then
 * mmap_lock. MADV_REMOVE comes with mmap_lock and needs the inode's lock to punch its hole. As it landed, it drops mmap_lock
 * before, takes it again after, and forgets its vma. With mmap_lock for read on both sides the wrong order still deadlocks,
 * once a third thread queues for write. The other way out is that write(2) does not fault under the inode's lock.
 *
 * Source: Hugh Dickins, "holepunch: fix mmap_sem i_mutex deadlock" (2007).
 */
#include <lockwalk.h>

enum remove { KEEP_MMAP_LOCK, KEEP_FOR_READ, DROP, DROP_AND_KEEP_VMA };
CONFIG(enum remove, remove, DROP);		/* what MADV_REMOVE does with mmap_lock */
CONFIG(bool, no_fault, false);			/* write(2): faults the buffer in first, and tries again if that was in vain */

enum reclaim { NO_RECLAIM, ONCE, ENDLESS };
CONFIG(enum reclaim, reclaim, NO_RECLAIM);	/* takes the buffer's page away */
CONFIG(bool, mapper, false);			/* a third thread takes mmap_lock for write, for munmap */
CONFIG(bool, in_turn, false);			/* the two never run at the same time */
CONFIG(enum lw_locks, locks, WRITER_QUEUED);
LOCKS(locks);

struct vma {
	bool willneed;
};
OBJECTS(struct vma, vmas, 1);

static struct mm {
	struct rw_semaphore mmap_lock;
	struct vma         *vma;
	bool                buffer_present;
} mm;
static struct mutex inode_lock;
static bool written;

INIT { mm.vma = alloc(vmas); }

static void fault_in_buffer(void)
{
	down_read(&mm.mmap_lock);
	WRITE_ONCE(mm.buffer_present, true);
	up_read(&mm.mmap_lock);
}

THREAD(write, 1)
{
	bool copied;

	do {
		if (no_fault)
			fault_in_buffer();
		mutex_lock(&inode_lock);
		if (!no_fault)
			fault_in_buffer();
		copied = !no_fault || READ_ONCE(mm.buffer_present);
		mutex_unlock(&inode_lock);
	} while (!copied);
	WRITE_ONCE(written, true);
}

THREAD(madvise, 1)
{
	struct vma *vma;

	if (in_turn)
		wait_until(written);
	if (remove == KEEP_FOR_READ)
		down_read(&mm.mmap_lock);
	else
		down_write(&mm.mmap_lock);
	vma = mm.vma;
	if (remove == DROP || remove == DROP_AND_KEEP_VMA)
		up_write(&mm.mmap_lock);
	mutex_lock(&inode_lock);
	mutex_unlock(&inode_lock);
	if (remove == DROP || remove == DROP_AND_KEEP_VMA)
		down_write(&mm.mmap_lock);
	if (remove == DROP)
		vma = mm.vma;				/* madvise is told to find its next vma again */
	if (vma)
		vma->willneed = true;
	if (remove == KEEP_FOR_READ)
		up_read(&mm.mmap_lock);
	else
		up_write(&mm.mmap_lock);
}

THREAD(munmap, mapper)
{
	down_write(&mm.mmap_lock);
	kfree(mm.vma);
	mm.vma = NULL;
	up_write(&mm.mmap_lock);
}

THREAD(kswapd, reclaim == ONCE)
{
	WRITE_ONCE(mm.buffer_present, false);
}

DAEMON(kswapd_endless, reclaim == ENDLESS)
{
	for (;;)
		WRITE_ONCE(mm.buffer_present, false);
}

EVENTUALLY(write_ends) { return written; }

EXPECT(remove == KEEP_MMAP_LOCK, DEADLOCK);							/* 1 */
EXPECT(remove == KEEP_MMAP_LOCK && in_turn, LOCK_ORDER);					/* 1, on any run */
EXPECT(remove == DROP && (mapper || !mapper), HOLDS);						/* 2 */
EXPECT(remove == DROP_AND_KEEP_VMA && mapper, USE_AFTER_FREE(vmas));				/* 3 */
EXPECT(remove == KEEP_FOR_READ && mapper && locks == WRITER_QUEUED, DEADLOCK);			/* 4 */
EXPECT(remove == KEEP_FOR_READ && mapper && locks == READER_PREFERENCE, HOLDS);			/* 4 */
EXPECT(remove == KEEP_FOR_READ && !mapper && locks == WRITER_QUEUED, HOLDS);			/* 4: needs three */
EXPECT(remove == KEEP_MMAP_LOCK && no_fault && (reclaim == ONCE || reclaim == ENDLESS), HOLDS);	/* 5, safety */
EXPECT(remove == KEEP_MMAP_LOCK && no_fault && reclaim == ONCE, HOLDS, WEAK);			/* 5 */
EXPECT(remove == KEEP_MMAP_LOCK && no_fault && reclaim == ENDLESS, LIVELOCK(write_ends), UNFAIR); /* 5 */
EXPECT(remove == KEEP_MMAP_LOCK && no_fault && reclaim == ENDLESS, LIVELOCK(write_ends), STRONG); /* 5: each time */
