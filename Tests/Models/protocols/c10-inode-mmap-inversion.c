/*
 * write(2) takes the inode's mutex, then faults and takes the mmap lock; MADV_REMOVE takes them the other way round.
 *
 * Source: case c10; Hugh Dickins "holepunch: fix mmap_sem i_mutex deadlock" (2007).
 */
#include <lockwalk.h>

enum remove { HOLDS_WRITE, DROPS, DROPS_KEEPS_VMA, HOLDS_READ };

CONFIG(enum remove, remove, DROPS);
CONFIG(int, writers, 0);                /* of the mmap lock */
CONFIG(int, unmappers, 0);
CONFIG(enum lw_locks, policy, WRITER_QUEUED);
LOCKS(policy);

struct vma { u1 flags; };
OBJECTS(struct vma, vmas, 1);

static struct mutex inode;
static struct rw_semaphore mmap_lock;
static struct vma *vma_tree;

INIT { vma_tree = alloc(vmas); }

THREAD(write, 1)
{
	mutex_lock(&inode);
	down_read(&mmap_lock);          /* a page fault */
	up_read(&mmap_lock);
	mutex_unlock(&inode);
}

THREAD(madv_remove, 1)
{
	struct vma *vma;

	if (remove == HOLDS_READ)
		down_read(&mmap_lock);
	else
		down_write(&mmap_lock);
	vma = READ_ONCE(vma_tree);
	if (remove == DROPS || remove == DROPS_KEEPS_VMA)
		up_write(&mmap_lock);
	mutex_lock(&inode);
	mutex_unlock(&inode);
	if (remove == DROPS || remove == DROPS_KEEPS_VMA) {
		down_write(&mmap_lock);
		if (remove == DROPS)
			vma = READ_ONCE(vma_tree);
	}
	if (vma)
		READ_ONCE(vma->flags);
	if (remove == HOLDS_READ)
		up_read(&mmap_lock);
	else
		up_write(&mmap_lock);
}

THREAD(other_writer, writers)
{
	down_write(&mmap_lock);
	up_write(&mmap_lock);
}

THREAD(munmap, unmappers)
{
	struct vma *vma;

	down_write(&mmap_lock);
	vma = READ_ONCE(vma_tree);
	WRITE_ONCE(vma_tree, NULL);
	kfree(vma);
	up_write(&mmap_lock);
}

EXPECT(remove == HOLDS_WRITE,                                    DEADLOCK);             /* ABBA */
EXPECT(remove == DROPS && unmappers == 1 && (writers == 0 || writers == 1), HOLDS);     /* landed */
EXPECT(remove == DROPS_KEEPS_VMA && unmappers == 1,              USE_AFTER_FREE(vmas));
EXPECT(remove == HOLDS_READ && writers == 1 && policy == WRITER_QUEUED,     DEADLOCK);
EXPECT(remove == HOLDS_READ && writers == 1 && policy == READER_PREFERENCE, HOLDS);
EXPECT(remove == HOLDS_READ && writers == 0,                     HOLDS);
EXPECT(remove == HOLDS_READ && writers == 0,                     LOCK_ORDER);           /* even without a deadlock */
