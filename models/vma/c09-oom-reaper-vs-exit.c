/*
 * The OOM reaper, or process_mrelease(), against exit_mmap().
 *
 * The reaper zaps the pages of a victim with mmap_lock for read, which it only tries, while the victim may already exit.
 * exit_mmap() frees page tables and vmas without mmap_lock. So it sets MMF_OOM_SKIP, which forbids new reapers, and then takes
 * and releases mmap_lock for write, which waits for a running one; in that order, and before it looks at the pages itself
 * (munlock). Whoever reaps an mm that is not an OOM victim is not stopped by the flag: since 2022 exit_mmap() resets mm->mmap
 * with mmap_lock for write.
 *
 * Source: 212925802454 "mm: oom: let oom_reap_task and exit_mmap run concurrently", 27ae357fa82b (CVE-2018-1000200),
 * f798a1d4f94d "mm: fix use-after-free bug when mm->mmap is reused after being freed" (2022).
 */
#include <lockwalk.h>

enum exit_rule { NOTHING, SKIP_ONLY, LOCK_THEN_SKIP, SKIP_THEN_LOCK, RESET_LIST, LOCK_ALL };
CONFIG(enum exit_rule, exit_rule, SKIP_THEN_LOCK);
CONFIG(bool, victim, true);			/* else exit_mmap() neither sets MMF_OOM_SKIP nor waits for a reaper */

enum munlock { NO_MUNLOCK, BEFORE_HANDSHAKE, AFTER_HANDSHAKE };
CONFIG(enum munlock, munlock, NO_MUNLOCK);

CONFIG(bool, mmap_writer, false);		/* another thread of the victim waits for memory, with mmap_lock for write */
CONFIG(int, reapers, 1);
CONFIG(bool, blocking, false);			/* the reaper does not try mmap_lock, it waits */

struct page { bool mlocked; };
OBJECTS(struct page, pages, 1);

struct ptpage {
	spinlock_t   ptl;
	struct page *pte;
};
OBJECTS(struct ptpage, ptpages, 1);

struct vma { struct ptpage *pmd; };
OBJECTS(struct vma, vmas, 1);

static struct mm {
	struct rw_semaphore mmap_lock;
	struct vma         *mmap;		/* the list of vmas */
	bool                oom_skip;
} mm;
static bool memory;				/* was freed, or will be by another victim */

INIT
{
	mm.mmap = alloc(vmas);
	mm.mmap->pmd = alloc(ptpages);
	mm.mmap->pmd->pte = alloc(pages);
}

static void zap(struct vma *vma)
{
	struct ptpage *pt = vma->pmd;
	struct page *page;

	spin_lock(&pt->ptl);
	page = READ_ONCE(pt->pte);
	WRITE_ONCE(pt->pte, NULL);
	spin_unlock(&pt->ptl);
	kfree(page);
}

static bool lock_for_reaping(void)
{
	if (blocking) {
		down_read(&mm.mmap_lock);
		return true;
	}
	for (int i = 0; i < 2; i++)
		if (down_read_trylock(&mm.mmap_lock))
			return true;
	return false;
}

THREAD(reaper, reapers)
{
	if (lock_for_reaping()) {
		if (!READ_ONCE(mm.oom_skip)) {
			struct vma *vma = READ_ONCE(mm.mmap);

			if (vma)
				zap(vma);
		}
		up_read(&mm.mmap_lock);
	}
	WRITE_ONCE(mm.oom_skip, true);		/* reaped, or given up: the OOM killer may look for another victim */
	WRITE_ONCE(memory, true);
}

static void munlock_pages(struct vma *vma)
{
	struct page *page = vma ? READ_ONCE(vma->pmd->pte) : NULL;

	if (page)
		WRITE_ONCE(page->mlocked, false);
}

THREAD(exit_mmap, 1)
{
	struct vma *vma = mm.mmap;

	if (munlock == BEFORE_HANDSHAKE)
		munlock_pages(vma);
	if (victim && (exit_rule == SKIP_ONLY || exit_rule == SKIP_THEN_LOCK || exit_rule == LOCK_ALL))
		WRITE_ONCE(mm.oom_skip, true);
	if (exit_rule == RESET_LIST || exit_rule == LOCK_ALL
	    || (victim && (exit_rule == LOCK_THEN_SKIP || exit_rule == SKIP_THEN_LOCK)))
		down_write(&mm.mmap_lock);
	if (exit_rule == RESET_LIST)
		WRITE_ONCE(mm.mmap, NULL);
	if (exit_rule == RESET_LIST || (victim && (exit_rule == LOCK_THEN_SKIP || exit_rule == SKIP_THEN_LOCK)))
		up_write(&mm.mmap_lock);
	if (victim && exit_rule == LOCK_THEN_SKIP)
		WRITE_ONCE(mm.oom_skip, true);

	if (munlock == AFTER_HANDSHAKE)
		munlock_pages(vma);
	zap(vma);				/* unmap_vmas() */
	kfree(vma->pmd);			/* free_pgtables() */
	kfree(vma);				/* remove_vma() */
	WRITE_ONCE(memory, true);
	if (exit_rule == LOCK_ALL)
		up_write(&mm.mmap_lock);
}

THREAD(another_thread, mmap_writer)
{
	down_write(&mm.mmap_lock);
	wait_until(memory);			/* in the page allocator */
	up_write(&mm.mmap_lock);
}

EVENTUALLY(memory_comes_free) { return memory; }

EXPECT(exit_rule == NOTHING, USE_AFTER_FREE);							/* 1 */
EXPECT(exit_rule == SKIP_THEN_LOCK, HOLDS);							/* 2 */
EXPECT(exit_rule == SKIP_THEN_LOCK && reapers == 3, HOLDS);					/* 2 */
EXPECT(exit_rule == LOCK_THEN_SKIP, USE_AFTER_FREE);						/* 3 */
EXPECT(exit_rule == SKIP_ONLY, USE_AFTER_FREE);							/* 4 */
EXPECT(exit_rule == SKIP_THEN_LOCK && !victim, USE_AFTER_FREE);					/* 5 */
EXPECT(exit_rule == RESET_LIST && (victim || !victim), HOLDS);					/* 5, landed */
EXPECT(exit_rule == LOCK_ALL && victim, HOLDS);							/* 5, with the flag */
EXPECT(exit_rule == LOCK_ALL && !victim, USE_AFTER_FREE(vmas));	/* 5: a reaper that comes later finds the old list */
EXPECT(munlock == BEFORE_HANDSHAKE, USE_AFTER_FREE(pages));					/* 6 */
EXPECT(munlock == AFTER_HANDSHAKE, HOLDS);							/* 6, fixed */
EXPECT(mmap_writer && !blocking, HOLDS);							/* 7 */
EXPECT(mmap_writer && !blocking, HOLDS, WEAK);							/* 7 */
EXPECT(mmap_writer && blocking, DEADLOCK);							/* 7 */
