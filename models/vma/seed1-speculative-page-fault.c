/*
 * A page fault without mmap_lock against munmap, which does not wait for it.
 *
 * The fault finds the vma under RCU, takes a reference, and remembers vma->seq, which munmap makes odd for good. It may
 * sleep in ->fault(). Then, with interrupts off, so that munmap's IPI cannot complete and the page table stays, it looks
 * at vma->seq and the pmd again, tries the ptl, looks at vma->seq once more, and sets the PTE. If anything fails, it
 * starts again with mmap_lock. munmap zaps the PTE under the ptl, and flushes the TLB by IPI after it, or still under it
 * if a dirty page forces it to; then it frees the page table. Of several levels of tables one is modelled.
 *
 * Source: Michel Lespinasse, 2019-04-27, "Re: [PATCH v12 00/31] Speculative page faults", with Laurent Dufour's series.
 */
#include <lockwalk.h>

CONFIG(bool, speculative, true);
CONFIG(bool, recheck, true);			/* vma->seq once more, under the ptl */
CONFIG(bool, irqs_off, true);			/* from the check of the pmd to the end of the ptl section */

enum contended { FALL_BACK, SPIN, TRY_AGAIN };
CONFIG(enum contended, contended, FALL_BACK);	/* when the ptl is taken; SPIN does not try, it waits */

enum flush { AFTER_PTL, UNDER_PTL };
CONFIG(enum flush, flush, AFTER_PTL);

enum pin { BY_REF, BY_SRCU, RCU_HELD, RCU_DROPPED };
CONFIG(enum pin, pin, BY_REF);			/* what keeps the vma during ->fault() */

enum fput { AT_LAST_PUT, AT_MUNMAP };
CONFIG(enum fput, fput, AT_LAST_PUT);

enum visible { NOTHING, UMOUNT, ATIME };
CONFIG(enum visible, visible, NOTHING);		/* what the user looks at after munmap, too */

enum others { NOBODY, ONE_FAULT, ENDLESS_FAULTS };
CONFIG(enum others, others, NOBODY);		/* who else takes the ptl; then there is no munmap */

struct file {
	bool atime;
};
OBJECTS(struct file, files, 1);

struct vma {
	seqcount_t   seq;
	refcount_t   ref;
	struct file *file;
};
OBJECTS(struct vma, vmas, 1);
WIDTH(struct vma.ref, 2);

struct ptpage {
	spinlock_t ptl;
	bool       pte;
};
OBJECTS(struct ptpage, ptpages, 1);

static struct mm {
	struct rw_semaphore mmap_lock;
	struct srcu_struct  srcu;
	struct vma         *vma;		/* the tree */
	struct ptpage      *pmd;
} mm;
static GHOST bool unmapped;			/* munmap has returned */

INIT
{
	mm.pmd = alloc(ptpages);
	mm.vma = alloc(vmas);
	refcount_set(&mm.vma->ref, 1);
	mm.vma->file = alloc(files);
}

static void free_vma(struct vma *vma)
{
	if (fput == AT_LAST_PUT)
		kfree(vma->file);
	kfree(vma);
}

static void put_vma(struct vma *vma)
{
	if (refcount_dec_and_test(&vma->ref)) {
		if (fput == AT_LAST_PUT)
			kfree(vma->file);
		kfree_rcu(vma);
	}
}

static void call_fault(struct vma *vma)		/* vma->vm_ops->fault() */
{
	struct file *file = vma->file;

	might_sleep();
	WRITE_ONCE(file->atime, true);
	ASSERT(atime_is_stable, visible != ATIME || !unmapped);
}

static bool map_speculatively(struct vma *vma)
{
	unsigned seq = raw_read_seqcount(&vma->seq);
	bool mapped = false;
	struct ptpage *pt;

	if (seq & 1)
		return false;
	pt = READ_ONCE(mm.pmd);
	if (!pt)
		return false;
	call_fault(vma);
again:
	if (irqs_off)
		local_irq_disable();
	if (read_seqcount_retry(&vma->seq, seq) || READ_ONCE(mm.pmd) != pt)
		goto out;
	if (contended == SPIN) {
		spin_lock(&pt->ptl);
	} else if (!spin_trylock(&pt->ptl)) {
		if (contended == FALL_BACK)
			goto out;
		if (irqs_off)
			local_irq_enable();
		goto again;
	}
	if (!recheck || !read_seqcount_retry(&vma->seq, seq)) {
		WRITE_ONCE(pt->pte, true);
		mapped = true;
	}
	spin_unlock(&pt->ptl);
out:
	if (irqs_off)
		local_irq_enable();
	return mapped;
}

static bool speculative_fault(void)
{
	bool mapped = false;
	struct vma *vma;
	int idx = 0;

	if (pin == BY_SRCU)
		idx = srcu_read_lock(&mm.srcu);
	else
		rcu_read_lock();
	vma = rcu_dereference(mm.vma);
	if (pin == BY_REF && vma && !refcount_inc_not_zero(&vma->ref))
		vma = NULL;
	if (pin == BY_REF || pin == RCU_DROPPED)
		rcu_read_unlock();

	if (vma) {
		mapped = map_speculatively(vma);
		if (pin == BY_REF)
			put_vma(vma);
	}

	if (pin == BY_SRCU)
		srcu_read_unlock(&mm.srcu, idx);
	if (pin == RCU_HELD)
		rcu_read_unlock();
	return mapped;
}

static void fault_with_mmap_lock(void)
{
	down_read(&mm.mmap_lock);
	if (mm.vma) {
		struct ptpage *pt = mm.pmd;

		call_fault(mm.vma);
		spin_lock(&pt->ptl);
		WRITE_ONCE(pt->pte, true);
		spin_unlock(&pt->ptl);
	}
	up_read(&mm.mmap_lock);
}

THREAD(fault, 1)
{
	if (!speculative || !speculative_fault())
		fault_with_mmap_lock();
}

THREAD(munmap, others == NOBODY)
{
	struct ptpage *pt;
	struct file *file;
	struct vma *vma;

	down_write(&mm.mmap_lock);
	vma = mm.vma;
	file = vma->file;
	raw_write_seqcount_begin(&vma->seq);
	rcu_assign_pointer(mm.vma, NULL);

	pt = mm.pmd;
	spin_lock(&pt->ptl);
	WRITE_ONCE(pt->pte, false);
	if (flush == UNDER_PTL)
		smp_call_function_sync();
	spin_unlock(&pt->ptl);
	if (flush == AFTER_PTL)
		smp_call_function_sync();

	WRITE_ONCE(mm.pmd, NULL);
	tlb_remove_table_sync_one();
	ASSERT(zapped_for_good, !pt->pte);
	kfree(pt);

	if (fput == AT_MUNMAP)
		kfree(file);
	if (pin == BY_SRCU)
		call_srcu(&mm.srcu, vma, free_vma);
	else
		put_vma(vma);
	up_write(&mm.mmap_lock);
	unmapped = true;
	ASSERT(umount_succeeds, visible != UMOUNT || !live(file));
}

THREAD(other_fault, others != NOBODY)
{
	struct ptpage *pt;

	do {
		down_read(&mm.mmap_lock);
		pt = mm.pmd;
		spin_lock(&pt->ptl);
		spin_unlock(&pt->ptl);
		up_read(&mm.mmap_lock);
	} while (others == ENDLESS_FAULTS);
}

EVENTUALLY(fault_ends) { return ended(fault, 0); }

EXPECT(!recheck && flush == AFTER_PTL, ASSERTION(zapped_for_good));			/* a */
EXPECT(!recheck && flush == UNDER_PTL, HOLDS);						/* b */
EXPECT(!irqs_off, USE_AFTER_FREE(ptpages));						/* c */
EXPECT(contended == SPIN && flush == UNDER_PTL, DEADLOCK);				/* d */
EXPECT(contended == SPIN && flush == AFTER_PTL, HOLDS);					/* d, flush after */
EXPECT(contended == TRY_AGAIN && (flush == AFTER_PTL || flush == UNDER_PTL), HOLDS);	/* e, safety */
EXPECT(contended == TRY_AGAIN && others == NOBODY, HOLDS, UNFAIR);			/* e, munmap alone */
EXPECT(contended == TRY_AGAIN && others == ONE_FAULT, LIVELOCK(fault_ends), UNFAIR);	/* e, one holder */
EXPECT(contended == TRY_AGAIN && others == ONE_FAULT, HOLDS, WEAK);			/* e, one holder */
EXPECT(contended == TRY_AGAIN && others == ENDLESS_FAULTS, LIVELOCK(fault_ends), STRONG); /* e, endless */
EXPECT(contended == FALL_BACK && others != ENDLESS_FAULTS, HOLDS, WEAK);		/* f */
EXPECT(pin == RCU_DROPPED, USE_AFTER_FREE);						/* g */
EXPECT(pin == RCU_HELD, SLEEP_IN_ATOMIC);						/* g, in RCU */
EXPECT(pin == BY_SRCU, HOLDS);								/* g, SRCU */
EXPECT(fput == AT_MUNMAP, USE_AFTER_FREE(files));					/* h */
EXPECT(fput == AT_LAST_PUT && (pin == BY_REF || pin == BY_SRCU), HOLDS);		/* i, memory */
EXPECT(visible == UMOUNT && (pin == BY_REF || pin == BY_SRCU), ASSERTION(umount_succeeds)); /* i */
EXPECT(visible == ATIME && (pin == BY_REF || pin == BY_SRCU), ASSERTION(atime_is_stable)); /* i */
EXPECT(!speculative && (visible == NOTHING || visible == UMOUNT || visible == ATIME), HOLDS); /* j */
EXPECT(flush == AFTER_PTL || flush == UNDER_PTL, HOLDS);				/* k */
EXPECT(flush == AFTER_PTL || flush == UNDER_PTL, HOLDS, LKMM);				/* k, weak memory */
