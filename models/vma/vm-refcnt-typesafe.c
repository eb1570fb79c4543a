/*
 * The per-VMA lock since 6.15: a reference count with a writer's bit, in vmas that are re-used at once.
 *
 * vm_refcnt is 0 while detached, 1 while attached, one more for each reader, and has a bit for a writer. A reader finds the
 * vma under RCU, raises the count unless it is 0 or has the bit, and then looks whether a writer has marked the vma meanwhile,
 * and whether it still is this mm's: the slab is type-stable. The reader that leaves the writer alone wakes him.
 *
 * Source: "mm: replace vm_lock and detached flag with a reference count", "mm: make vma cache SLAB_TYPESAFE_BY_RCU" (6.15).
 */
#include <lockwalk.h>

CONFIG(bool, check_seq, true);			/* the reader, once it has raised the count */
CONFIG(bool, check_mm, true);
CONFIG(bool, refuse_bit, true);			/* it does not raise a count with the writer's bit */
CONFIG(bool, wait_for_readers, true);		/* the writer */
CONFIG(bool, wake_writer, true);		/* the last reader */
CONFIG(int, faults, 2);

enum { WRITER = 4 };				/* VMA_LOCK_OFFSET */

struct vma {
	struct mm *vm_mm;
	atomic_t   vm_refcnt;
	u2         vm_lock_seq;
};
OBJECTS(struct vma, vmas, 1, SLAB_TYPESAFE_BY_RCU);

static struct mm {
	struct rw_semaphore mmap_lock;
	wait_queue_head_t   vma_writer_wait;
	u2          mm_lock_seq;
	struct vma *vma;			/* the tree */
} mm, other_mm;
static GHOST bool writing;

static void attach(struct vma *vma, struct mm *to)
{
	vma->vm_mm = to;
	vma->vm_lock_seq = 3;			/* no sequence number yet */
	atomic_set_release(&vma->vm_refcnt, 1);
	rcu_assign_pointer(to->vma, vma);
}

INIT { attach(alloc(vmas), &mm); }

static void vma_refcount_put(struct vma *vma)
{
	int count = atomic_dec_return(&vma->vm_refcnt);

	if (wake_writer && (count == WRITER || count == WRITER + 1))
		wake_up(&mm.vma_writer_wait);
}

static struct vma *vma_start_read(void)
{
	struct vma *vma;
	int count;

	rcu_read_lock();
	vma = rcu_dereference(mm.vma);
	if (!vma || READ_ONCE(vma->vm_lock_seq) == READ_ONCE(mm.mm_lock_seq))
		goto none;
	count = atomic_read(&vma->vm_refcnt);
	do {
		if (!count || (refuse_bit && (count & WRITER)))
			goto none;
	} while (!atomic_try_cmpxchg_acquire(&vma->vm_refcnt, &count, count + 1));
	if ((check_mm && READ_ONCE(vma->vm_mm) != &mm)
	    || (check_seq && READ_ONCE(vma->vm_lock_seq) == smp_load_acquire(&mm.mm_lock_seq))) {
		vma_refcount_put(vma);
		goto none;
	}
	rcu_read_unlock();
	return vma;
none:
	rcu_read_unlock();
	return NULL;
}

THREAD(fault, faults)
{
	struct vma *vma = vma_start_read();

	if (!vma)
		return;				/* tries again with mmap_lock */
	skip();
	ASSERT(right_vma, vma->vm_mm == &mm);
	ASSERT(no_writer, !writing);
	vma_refcount_put(vma);
}

static void wait_for_count(struct vma *vma, int count)
{
	if (wait_for_readers)
		wait_event(mm.vma_writer_wait, atomic_read(&vma->vm_refcnt) == count);
}

THREAD(munmap, 1)
{
	struct vma *vma = mm.vma;

	down_write(&mm.mmap_lock);
	atomic_add(WRITER, &vma->vm_refcnt);	/* vma_start_write() */
	wait_for_count(vma, WRITER + 1);
	WRITE_ONCE(vma->vm_lock_seq, mm.mm_lock_seq);
	atomic_sub(WRITER, &vma->vm_refcnt);
	writing = true;
	rcu_assign_pointer(mm.vma, NULL);
	if (!atomic_dec_and_test(&vma->vm_refcnt)) {	/* vma_mark_detached(): a reader that is about to give up */
		atomic_add(WRITER, &vma->vm_refcnt);
		wait_for_count(vma, WRITER);
		atomic_sub(WRITER, &vma->vm_refcnt);
	}
	writing = false;
	smp_store_release(&mm.mm_lock_seq, (mm.mm_lock_seq + 1) & 1);
	up_write(&mm.mmap_lock);
	kfree(vma);
}

THREAD(other_mmap, 1)				/* gets the same vma */
{
	struct vma *vma = alloc(vmas);

	if (vma)
		attach(vma, &other_mm);
}

EXPECT(check_seq && check_mm, HOLDS);
EXPECT(!check_seq, ASSERTION(no_writer), ASSERTION(right_vma));
EXPECT(!check_mm, ASSERTION(right_vma));
EXPECT(!refuse_bit, ASSERTION(no_writer));	/* the writer has seen no reader, and has not marked the vma yet */
EXPECT(!wait_for_readers, ASSERTION(no_writer));
EXPECT(!wake_writer, DEADLOCK);
