/*
 * rmap walks race with a fault that maps the page again, under another anon_vma.
 *
 * page_lock_anon_vma() trusts "page_mapped() means that page->mapping is alive". A page that was unmapped, and is kept by
 * somebody's reference, still names its old anon_vma; do_swap_page() maps it again and stores the new one. Whichever it writes
 * first, mapcount or mapping, the walker can see a mapped page and a dead anon_vma. Clearing page->mapping with the last
 * mapping (Peter's wish) races with the same fault.
 *
 * Source: Linus Torvalds 2010-04-10, Peter Zijlstra 2010-04-12, in "[PATCH -v2] rmap: make anon_vma_prepare link in all the
 * anon_vmas of a mergeable VMA". The recheck under the lock: f18194275c39 (2010) and later.
 */
#include <lockwalk.h>

enum recheck { NO_RECHECK, REREAD_MAPPING, UNDER_LOCK };
enum remap { NO_REMAP, COUNT_FIRST, MAPPING_FIRST, KEEP_MAPPING };

CONFIG(enum recheck, recheck, NO_RECHECK);      /* rmap: looks at the page once more before the lock, or under it */
CONFIG(enum remap, remap, NO_REMAP);            /* the fault; KEEP_MAPPING: today, its vma is chained to the anon_vma */
CONFIG(bool, clear_mapping, false);             /* page_remove_rmap() clears page->mapping */
CONFIG(bool, page_locked, false);               /* … under the page lock, and the fault holds it as well */
CONFIG(bool, judge_object, false);              /* locking another task's anon_vma is an error too */

struct anon_vma {
	spinlock_t lock;
	refcount_t refcount;                    /* vmas chained to it */
	GHOST bool foreign;                     /* belongs to another task */
};
OBJECTS(struct anon_vma, anon_vmas, 2, SLAB_TYPESAFE_BY_RCU);

static struct page {
	atomic_t count, mapcount;
	struct anon_vma *mapping;
	struct mutex lock;                      /* PG_locked */
} page;

static struct vma { struct anon_vma *anon_vma; } vma;

static void unlink_anon_vmas(void)
{
	struct anon_vma *av = vma.anon_vma;

	spin_lock(&av->lock);                   /* list_del() */
	spin_unlock(&av->lock);
	if (refcount_dec_and_test(&av->refcount))
		kfree(av);
}

static void put_page(void)
{
	if (atomic_dec_and_test(&page.count))
		WRITE_ONCE(page.mapping, NULL); /* free_hot_cold_page() */
}

static void page_remove_rmap(void)
{
	if (page_locked)
		mutex_lock(&page.lock);
	if (atomic_dec_and_test(&page.mapcount) && clear_mapping)
		WRITE_ONCE(page.mapping, NULL);
	if (page_locked)
		mutex_unlock(&page.lock);
}

static void page_add_anon_rmap(struct anon_vma *av)
{
	if (page_locked)
		mutex_lock(&page.lock);
	if (remap == MAPPING_FIRST)
		WRITE_ONCE(page.mapping, av);
	atomic_inc(&page.mapcount);
	if (remap == COUNT_FIRST)
		WRITE_ONCE(page.mapping, av);
	if (page_locked)
		mutex_unlock(&page.lock);
}

INIT
{
	vma.anon_vma = alloc(anon_vmas);
	refcount_set(&vma.anon_vma->refcount, remap == KEEP_MAPPING ? 2 : 1);
	page.mapping = vma.anon_vma;
	atomic_set(&page.mapcount, 1);
	atomic_set(&page.count, 1);
}

THREAD(rmap_walk, 1)                            /* page_lock_anon_vma() … page_unlock_anon_vma() */
{
	struct anon_vma *av;

	rcu_read_lock();
	if (!atomic_inc_not_zero(&page.count)) {
		rcu_read_unlock();
		return;
	}
	av = READ_ONCE(page.mapping);
	if (!av || !atomic_read(&page.mapcount))
		goto out;
	if (recheck == REREAD_MAPPING && READ_ONCE(page.mapping) != av)
		goto out;
	spin_lock(&av->lock);
	if (recheck != UNDER_LOCK || (atomic_read(&page.mapcount) && READ_ONCE(page.mapping) == av))
		ASSERT(right_object, !judge_object || (live(av) && !av->foreign));
	spin_unlock(&av->lock);
out:
	rcu_read_unlock();
	put_page();
}

THREAD(munmap, 1)
{
	page_remove_rmap();                     /* unmap_vmas() */
	unlink_anon_vmas();                     /* free_pgtables() */
	put_page();                             /* tlb_finish_mmu() */
}

THREAD(do_swap_page, remap == COUNT_FIRST || remap == MAPPING_FIRST)
{
	struct anon_vma *av;

	if (!atomic_inc_not_zero(&page.count))
		return;
	av = alloc(anon_vmas);
	if (av)
		page_add_anon_rmap(av);
}

THREAD(do_swap_page_today, remap == KEEP_MAPPING)
{
	if (!atomic_inc_not_zero(&page.count))
		return;
	atomic_inc(&page.mapcount);
	page_remove_rmap();
	unlink_anon_vmas();
	put_page();
}

THREAD(fork, judge_object)                      /* another task re-uses what was freed */
{
	struct anon_vma *av = alloc(anon_vmas);

	if (!av)
		return;
	av->foreign = true;
	spin_lock(&av->lock);
	spin_unlock(&av->lock);
}

FINALLY(mapped_page_has_mapping)
{
	return !atomic_read(&page.mapcount) || page.mapping;
}

EXPECT(recheck == NO_RECHECK && judge_object, ASSERTION(right_object));                                    /* b: wrong object */
EXPECT(recheck == NO_RECHECK && remap == COUNT_FIRST, USE_AFTER_FREE(anon_vmas));                          /* e */
EXPECT(recheck == NO_RECHECK && remap == MAPPING_FIRST, USE_AFTER_FREE(anon_vmas));                        /* f */
EXPECT(recheck == REREAD_MAPPING && remap == MAPPING_FIRST, HOLDS);                                        /* f2 */
EXPECT(recheck == REREAD_MAPPING && remap == COUNT_FIRST, USE_AFTER_FREE(anon_vmas));                      /* f2: order 1 */
EXPECT(clear_mapping && !page_locked && remap == MAPPING_FIRST, VIOLATED(mapped_page_has_mapping));        /* g */
EXPECT(clear_mapping && !page_locked && remap == COUNT_FIRST, USE_AFTER_FREE(anon_vmas));                  /* g: e is shorter */
EXPECT(clear_mapping && page_locked && (remap == COUNT_FIRST || remap == MAPPING_FIRST), HOLDS);           /* g: page lock */
EXPECT(recheck == UNDER_LOCK && judge_object && (remap == NO_REMAP || remap == KEEP_MAPPING), HOLDS);      /* j */
EXPECT(recheck == UNDER_LOCK && (remap == COUNT_FIRST || remap == MAPPING_FIRST),
	USE_AFTER_FREE(anon_vmas));                                                                        /* j: e, f stay */
