/*
 * A page fault under the per-VMA lock against munmap: which part of munmap excludes the fault?
 *
 * The fault finds and locks the vma without mmap_lock, then sets a PTE. munmap write-locks the vma before it detaches it, zaps
 * the PTE with mmap_lock downgraded to read, and frees the page table and the vma. A model to start from: it is put
 * together from the parts in models/include.
 *
 * Source: Documentation/mm/process_addrs.rst.
 */
#include <lockwalk.h>

CONFIG(bool, start_write, true);		/* munmap: vma_start_write() */
CONFIG(bool, downgrade, true);			/* … and mmap_lock for read only while it zaps and frees */
CONFIG(bool, by_rmap, true);			/* reclaim comes by i_mmap_rwsem */
CONFIG(bool, unlink_first, true);		/* munmap takes the vma off i_mmap before it frees the table */

struct ptpage {
	spinlock_t ptl;
	bool       pte;
};
OBJECTS(struct ptpage, ptpages, 1);

struct vma {
	struct rw_semaphore vm_lock;
	u2   vm_lock_seq;
	bool detached;
};
OBJECTS(struct vma, vmas, 1);

static struct mm {
	struct rw_semaphore mmap_lock;
	u2             mm_lock_seq;
	struct vma    *vma;
	struct ptpage *pmd;
} mm;
static struct rw_semaphore i_mmap_rwsem;
static bool in_i_mmap = true;

#include "../include/pte_offset_map_lock.h"
#include "../include/vma_lock.h"

INIT
{
	mm.vma = alloc(vmas);
	mm.vma->vm_lock_seq = 3;
	mm.pmd = alloc(ptpages);
}

static void set_pte(void)
{
	struct ptpage *pt = READ_ONCE(mm.pmd);

	spin_lock(&pt->ptl);
	WRITE_ONCE(pt->pte, true);
	spin_unlock(&pt->ptl);
}

THREAD(fault, 1)
{
	struct vma *vma = lock_vma_under_rcu();

	if (vma) {
		set_pte();
		vma_end_read(vma);
		return;
	}
	down_read(&mm.mmap_lock);
	if (mm.vma)
		set_pte();
	up_read(&mm.mmap_lock);
}

THREAD(reclaim, by_rmap)
{
	struct ptpage *pt;

	down_read(&i_mmap_rwsem);
	if (in_i_mmap) {
		pt = pte_offset_map_lock(&mm.pmd);
		if (pt) {
			WRITE_ONCE(pt->pte, false);
			pte_unmap_unlock(pt);
		}
	}
	up_read(&i_mmap_rwsem);
}

static void unlink_file_vma(void)
{
	down_write(&i_mmap_rwsem);
	in_i_mmap = false;
	up_write(&i_mmap_rwsem);
}

THREAD(munmap, 1)
{
	struct ptpage *pt = mm.pmd;
	struct vma *vma = mm.vma;

	down_write(&mm.mmap_lock);
	if (start_write)
		vma_start_write(vma);
	vma_mark_detached(vma);
	if (downgrade) {
		vma_end_write_all();
		downgrade_write(&mm.mmap_lock);
	}
	spin_lock(&pt->ptl);			/* unmap_vmas() */
	WRITE_ONCE(pt->pte, false);
	spin_unlock(&pt->ptl);
	if (unlink_first)
		unlink_file_vma();
	WRITE_ONCE(mm.pmd, NULL);		/* free_pgtables() */
	ASSERT(table_is_empty, !pt->pte);
	kfree(pt);
	if (!unlink_first)
		unlink_file_vma();
	kfree_rcu(vma);
	if (!downgrade) {
		vma_end_write_all();
		up_write(&mm.mmap_lock);
	} else {
		up_read(&mm.mmap_lock);
	}
}

EXPECT(start_write && (downgrade || !downgrade), HOLDS);
EXPECT(!start_write, USE_AFTER_FREE(ptpages), NULL_DEREF, FREE_OF_LOCKED, ASSERTION(table_is_empty));
EXPECT(!unlink_first, USE_AFTER_FREE(ptpages), FREE_OF_LOCKED(ptpages));
EXPECT(!by_rmap && !unlink_first, HOLDS);	/* nobody else comes that way */
