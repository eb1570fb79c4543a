/*
 * The per-VMA lock in its first form (6.4), as vma/c07-per-vma-lock-sequence.c has it.
 *
 * The model defines struct vma, with a struct rw_semaphore vm_lock, u2 vm_lock_seq and bool detached, and a global mm with
 * a struct vma *vma (all the tree there is) and u2 mm_lock_seq, before it includes this. INIT sets vm_lock_seq to 3.
 */
#ifndef VMA_LOCK_H
#define VMA_LOCK_H

/* The vma, locked for read and attached; or NULL: try again with mmap_lock. */
static inline struct vma *lock_vma_under_rcu(void)
{
	struct vma *vma;

	rcu_read_lock();
	vma = rcu_dereference(mm.vma);
	if (vma && (READ_ONCE(vma->vm_lock_seq) == READ_ONCE(mm.mm_lock_seq) || !down_read_trylock(&vma->vm_lock)))
		vma = NULL;
	if (vma && (vma->vm_lock_seq == smp_load_acquire(&mm.mm_lock_seq) || READ_ONCE(vma->detached))) {
		up_read(&vma->vm_lock);
		vma = NULL;
	}
	rcu_read_unlock();
	return vma;
}

static inline void vma_end_read(struct vma *vma)
{
	up_read(&vma->vm_lock);
}

/* With mmap_lock for write; until vma_end_write_all(). */
static inline void vma_start_write(struct vma *vma)
{
	if (vma->vm_lock_seq == mm.mm_lock_seq)
		return;
	down_write(&vma->vm_lock);
	WRITE_ONCE(vma->vm_lock_seq, mm.mm_lock_seq);
	up_write(&vma->vm_lock);
}

static inline void vma_mark_detached(struct vma *vma)		/* and takes it out of the tree; free it by kfree_rcu() */
{
	WRITE_ONCE(vma->detached, true);
	rcu_assign_pointer(mm.vma, NULL);
}

static inline void vma_end_write_all(void)			/* just before mmap_lock is released or downgraded */
{
	smp_store_release(&mm.mm_lock_seq, (mm.mm_lock_seq + 1) & 3);
}

#endif
