/*
 * page->mapping may outlive the anon_vma that it points to.
 *
 * munmap() takes a page's last mapping away, frees the anon_vma (free_pgtables), and only then, after the TLB flush, drops its
 * reference to the page (tlb_finish_mmu). page->mapping is cleared when the page is freed, which somebody else's reference may
 * delay for ever. Meanwhile page_lock_anon_vma() follows page->mapping and takes the lock that it finds there.
 *
 * Source: Linus Torvalds 2010-04-10, Peter Zijlstra 2010-04-12, in "[PATCH -v2] rmap: make anon_vma_prepare link in all the
 * anon_vmas of a mergeable VMA". The page is mapped once here; seed3-anon_vma-remap.c maps it again.
 */
#include <lockwalk.h>

enum section { NO_SECTION, PREEMPT_OFF, RCU_SECTION };

CONFIG(bool, typesafe, true);                   /* anon_vma_cachep is SLAB_DESTROY_BY_RCU */
CONFIG(bool, mapped_check, true);               /* rmap: page_mapped() before the lock */
CONFIG(enum section, section, NO_SECTION);      /* munmap: around the whole gather; Linus's patch: RCU_SECTION */
CONFIG(bool, free_last, false);                 /* munmap: the anon_vma is freed after the pages */
CONFIG(bool, page_ref, false);                  /* a page holds a reference on its anon_vma until it is freed */
CONFIG(bool, extra_ref, false);                 /* reclaim or gup holds a reference on the page */
CONFIG(bool, watch_slab, false);                /* let the slab page be freed by hand, too */
CONFIG(enum lw_rcu_flavor, flavour, CONSOLIDATED);
RCU_FLAVOR(flavour);

struct anon_vma {
	spinlock_t lock;
	refcount_t refcount;                    /* of the vma; with page_ref, of the page too */
};
OBJECTS(struct anon_vma, anon_vmas, 2, typesafe ? SLAB_TYPESAFE_BY_RCU : 0);

static struct page {
	atomic_t count, mapcount;
	struct anon_vma *mapping;
} page;

static struct vma { struct anon_vma *anon_vma; } vma;
static bool slab_page_freed;
GHOST static bool gathering;

static void rcu_free_slab(struct anon_vma *av)
{
	WRITE_ONCE(slab_page_freed, true);
	ASSERT(slab_outlives_gather, !gathering);
}

static void put_anon_vma(struct anon_vma *av)
{
	if (!refcount_dec_and_test(&av->refcount))
		return;
	if (watch_slab)
		call_rcu(av, rcu_free_slab);    /* what the slab allocator does beneath */
	kfree(av);
}

static void unlink_anon_vmas(void)
{
	struct anon_vma *av = vma.anon_vma;

	spin_lock(&av->lock);                   /* list_del() */
	spin_unlock(&av->lock);
	put_anon_vma(av);
}

static void put_page(void)
{
	struct anon_vma *av;

	if (!atomic_dec_and_test(&page.count))
		return;
	av = READ_ONCE(page.mapping);
	WRITE_ONCE(page.mapping, NULL);         /* free_hot_cold_page() */
	if (page_ref)
		put_anon_vma(av);
}

INIT
{
	vma.anon_vma = alloc(anon_vmas);
	refcount_set(&vma.anon_vma->refcount, 1 + page_ref);
	page.mapping = vma.anon_vma;
	atomic_set(&page.mapcount, 1);
	atomic_set(&page.count, 1 + extra_ref);
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
	if (av && (!mapped_check || atomic_read(&page.mapcount))) {
		spin_lock(&av->lock);
		spin_unlock(&av->lock);
	}
	rcu_read_unlock();
	put_page();
}

THREAD(munmap, 1)
{
	if (section == PREEMPT_OFF)
		preempt_disable();              /* tlb_gather_mmu() uses a per-cpu variable */
	if (section == RCU_SECTION)
		rcu_read_lock();
	gathering = section != NO_SECTION;
	atomic_dec(&page.mapcount);             /* unmap_vmas() */
	if (!free_last)
		unlink_anon_vmas();             /* free_pgtables() */
	put_page();                             /* tlb_finish_mmu() */
	if (section == PREEMPT_OFF)
		preempt_enable();
	if (section == RCU_SECTION)
		rcu_read_unlock();
	gathering = false;
	if (free_last)
		unlink_anon_vmas();
}

THREAD(reclaim, extra_ref)
{
	put_page();                             /* the one that INIT counted */
}

EXPECT(!typesafe,                                             USE_AFTER_FREE(anon_vmas));      /* a */
EXPECT(typesafe && mapped_check,                              HOLDS);                          /* b */
EXPECT(!mapped_check && extra_ref,                            USE_AFTER_FREE(anon_vmas));      /* c */
EXPECT(!mapped_check && section == RCU_SECTION && !extra_ref, USE_AFTER_FREE(anon_vmas));      /* d */
EXPECT(!mapped_check && section == RCU_SECTION && extra_ref,  USE_AFTER_FREE(anon_vmas));      /* d, with G */
EXPECT(!mapped_check && free_last && !extra_ref,              HOLDS);                          /* d2 */
EXPECT(!mapped_check && free_last && extra_ref,               USE_AFTER_FREE(anon_vmas));      /* d2, with G */
EXPECT(watch_slab && section == PREEMPT_OFF && flavour == CONSOLIDATED, HOLDS);                /* h */
EXPECT(watch_slab && section == PREEMPT_OFF && flavour == PREEMPT_ONLY, ASSERTION(slab_outlives_gather));      /* h */
EXPECT(watch_slab && section == RCU_SECTION && flavour == PREEMPT_ONLY, HOLDS);                /* h, Linus's patch */
EXPECT(!mapped_check && section == PREEMPT_OFF && (flavour == CONSOLIDATED || flavour == PREEMPT_ONLY),
	USE_AFTER_FREE(anon_vmas));                                                            /* h: d in either */
EXPECT(!typesafe && page_ref,                                 HOLDS);                          /* k */
