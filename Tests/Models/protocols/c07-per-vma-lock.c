/*
 * The per-VMA lock of 6.4: an rwsem that writers hold only for a moment, and sequence numbers that say "locked" afterwards.
 *
 * Source: case c07; b1f02b95758d "mm: fix memory ordering for mm_lock_seq and vm_lock_seq"; process_addrs.rst.
 */
#include <lockwalk.h>

CONFIG(bool, recheck, true);            /* of the sequence after the trylock */
CONFIG(bool, attached_check, true);
CONFIG(bool, start_write, true);
CONFIG(bool, takes_mmap, false);        /* the fault calls down_read(mmap_lock) with the vma locked */
CONFIG(enum lw_locks, policy, WRITER_QUEUED);
LOCKS(policy);

struct vma {
	u2   seq;
	bool attached;
	u1   start, end;                /* of one value */
	struct rw_semaphore lock;
};
OBJECTS(struct vma, vmas, 1);

static struct mm {
	u2 seq;
	struct rw_semaphore lock;
	struct vma *vma;
} mm;
GHOST static bool modifying;

INIT
{
	mm.seq = 1;
	mm.vma = alloc(vmas);
	mm.vma->attached = true;
}

static struct vma *lock_vma_under_rcu(void)
{
	struct vma *vma;

	rcu_read_lock();
	vma = READ_ONCE(mm.vma);
	if (!vma)
		goto fail;
	if (READ_ONCE(vma->seq) == READ_ONCE(mm.seq))
		goto fail;
	if (!down_read_trylock(&vma->lock))
		goto fail;
	if (recheck && vma->seq == smp_load_acquire(&mm.seq))
		goto unlock;
	if (attached_check && !READ_ONCE(vma->attached))
		goto unlock;
	rcu_read_unlock();
	return vma;
unlock:
	up_read(&vma->lock);
fail:
	rcu_read_unlock();
	return NULL;
}

THREAD(fault, 1)
{
	struct vma *vma = lock_vma_under_rcu();
	u1 start, end;

	if (!vma)
		return;
	start = READ_ONCE(vma->start);
	ASSERT(unmodified, !modifying);
	end = READ_ONCE(vma->end);
	ASSERT(consistent, start == end);
	ASSERT(attached, vma->attached);
	if (takes_mmap) {
		down_read(&mm.lock);
		up_read(&mm.lock);
	}
	up_read(&vma->lock);
}

static void vma_start_write(struct vma *vma)
{
	if (!start_write || vma->seq == mm.seq)
		return;
	down_write(&vma->lock);
	WRITE_ONCE(vma->seq, mm.seq);
	up_write(&vma->lock);
}

THREAD(writer, 1)
{
	struct vma *vma;

	down_write(&mm.lock);
	vma = mm.vma;
	vma_start_write(vma);
	if (maybe()) {                  /* modify */
		WRITE_ONCE(vma->start, 1);
		modifying = true;
		WRITE_ONCE(vma->end, 1);
		modifying = false;
	} else {                        /* detach and free */
		WRITE_ONCE(vma->attached, false);
		WRITE_ONCE(mm.vma, NULL);
		kfree_rcu(vma);
	}
	smp_store_release(&mm.seq, mm.seq + 1);
	up_write(&mm.lock);
}

EXPECT(recheck && attached_check,                 HOLDS);                                     /* as above */
EXPECT(!recheck,                                  ASSERTION(unmodified), ASSERTION(consistent), ASSERTION(attached));
EXPECT(!attached_check,                           FREE_OF_LOCKED(vmas));                        /* no attached recheck */
EXPECT(!start_write,                              ASSERTION, FREE_OF_LOCKED(vmas));             /* W skips start_write */
EXPECT(takes_mmap && policy == WRITER_QUEUED,     DEADLOCK);                                  /* R holds v.lock, rlock(mmap) */
EXPECT(takes_mmap && policy == READER_PREFERENCE, DEADLOCK);                                  /* the writer holds it already */
