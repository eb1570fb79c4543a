/*
 * The per-VMA lock in its first form (6.4): an rwsem and two sequence numbers.
 *
 * A vma is locked for write while its vm_lock_seq equals the mm's mm_lock_seq: the writer, who has mmap_lock, takes
 * vma->vm_lock only to set that, and unlocks all its vmas at once by incrementing mm_lock_seq. The page fault finds the vma
 * under RCU, tries vm_lock for read, and looks at the sequence numbers again, and whether the vma is still attached. If
 * anything fails, it starts again with mmap_lock.
 *
 * Source: "mm: add per-VMA lock and helper functions to control it" (2023), b1f02b95758d "mm: fix memory ordering for
 * mm_lock_seq and vm_lock_seq" (2023); Documentation/mm/process_addrs.rst.
 */
#include <lockwalk.h>

CONFIG(bool, recheck, true);			/* the fault: sequence numbers, once it has vm_lock */
CONFIG(bool, check_detached, true);		/* … and vma->detached */
CONFIG(bool, start_write, true);		/* the writer: vma_start_write() */
CONFIG(bool, ordered, true);			/* mm_lock_seq: store-release and load-acquire */
CONFIG(bool, wait_for_mmap, false);		/* the fault takes mmap_lock with vm_lock held */

enum change { MODIFY, DETACH };
CONFIG(enum change, change, MODIFY);		/* what the writer does */
CONFIG(int, writes, 1);				/* … and how often */
CONFIG(int, faults, 1);
CONFIG(int, seq_mask, 3);			/* sequence numbers wrap */
CONFIG(enum lw_locks, locks, WRITER_QUEUED);
LOCKS(locks);

struct vma {
	struct rw_semaphore vm_lock;
	u2   vm_lock_seq;
	bool detached;
	u2   vm_start, vm_end;			/* equal, unless it is being changed */
};
OBJECTS(struct vma, vmas, 1);

static struct mm {
	struct rw_semaphore mmap_lock;
	u2          mm_lock_seq;
	struct vma *vma;			/* the tree */
} mm;
static GHOST bool writing;			/* from vma_start_write() to vma_end_write_all() */

INIT
{
	mm.vma = alloc(vmas);
	mm.vma->vm_lock_seq = seq_mask;		/* -1 */
}

static void use(struct vma *vma)
{
	u2 start = READ_ONCE(vma->vm_start), end;

	ASSERT(no_writer, !writing);
	end = READ_ONCE(vma->vm_end);
	ASSERT(fields_fit, start == end);
}

static struct vma *lock_vma_under_rcu(void)
{
	struct vma *vma;

	rcu_read_lock();
	vma = rcu_dereference(mm.vma);
	if (vma && (READ_ONCE(vma->vm_lock_seq) == READ_ONCE(mm.mm_lock_seq) || !down_read_trylock(&vma->vm_lock)))
		vma = NULL;
	if (vma && ((recheck && READ_ONCE(vma->vm_lock_seq)
				== (ordered ? smp_load_acquire(&mm.mm_lock_seq) : READ_ONCE(mm.mm_lock_seq)))
		    || (check_detached && READ_ONCE(vma->detached)))) {
		up_read(&vma->vm_lock);
		vma = NULL;
	}
	rcu_read_unlock();
	return vma;
}

THREAD(fault, faults)
{
	struct vma *vma = lock_vma_under_rcu();

	if (vma) {
		use(vma);
		if (wait_for_mmap) {
			down_read(&mm.mmap_lock);
			up_read(&mm.mmap_lock);
		}
		up_read(&vma->vm_lock);
		return;
	}
	down_read(&mm.mmap_lock);
	if (mm.vma)
		use(mm.vma);
	up_read(&mm.mmap_lock);
}

static void vma_start_write(struct vma *vma)
{
	if (vma->vm_lock_seq != mm.mm_lock_seq) {
		down_write(&vma->vm_lock);
		WRITE_ONCE(vma->vm_lock_seq, mm.mm_lock_seq);
		up_write(&vma->vm_lock);
	}
}

static void vma_end_write_all(void)
{
	u2 seq = (mm.mm_lock_seq + 1) & seq_mask;

	writing = false;
	if (ordered)
		smp_store_release(&mm.mm_lock_seq, seq);
	else
		WRITE_ONCE(mm.mm_lock_seq, seq);
}

THREAD(writer, 1)				/* mprotect, or munmap */
{
	struct vma *vma = mm.vma;

	for (int i = 0; i < writes; i++) {
		down_write(&mm.mmap_lock);
		if (start_write)
			vma_start_write(vma);
		writing = true;
		if (change == MODIFY) {
			WRITE_ONCE(vma->vm_start, i + 1);
			WRITE_ONCE(vma->vm_end, i + 1);
		} else {
			WRITE_ONCE(vma->detached, true);
			rcu_assign_pointer(mm.vma, NULL);
		}
		vma_end_write_all();
		up_write(&mm.mmap_lock);
	}
	if (change == DETACH)
		kfree_rcu(vma);
}

EVENTUALLY(fault_ends) { return ended(fault, 0); }

EXPECT(change == MODIFY || change == DETACH, HOLDS);						/* 1 */
EXPECT((change == MODIFY || change == DETACH) && faults == 3, HOLDS);				/* 1 */
EXPECT(change == MODIFY || change == DETACH, HOLDS, TSO);					/* 1 */
EXPECT(change == MODIFY || change == DETACH, HOLDS, LKMM);					/* 1 */
EXPECT(!recheck, ASSERTION);									/* 2 */
EXPECT(change == DETACH && !check_detached, FREE_OF_LOCKED(vmas), USE_AFTER_FREE(vmas));	/* 3 */
EXPECT(!ordered, HOLDS, TSO);									/* 4 */
EXPECT(!ordered, ASSERTION, LKMM);							/* 4 */
EXPECT(!start_write, ASSERTION);								/* 5 */
EXPECT(wait_for_mmap && (locks == WRITER_QUEUED || locks == READER_PREFERENCE), DEADLOCK);	/* 6 */
EXPECT(writes == 2 && (seq_mask == 3 || seq_mask == 1), HOLDS);					/* 7 */
EXPECT(writes == 2, HOLDS, WEAK);								/* 8 */
