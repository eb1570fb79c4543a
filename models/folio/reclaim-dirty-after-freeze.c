/*
 * Reclaim drops a clean folio from the page cache: first the reference count, then the dirty flag.
 *
 * Who has a reference may write to the folio, mark it dirty, and drop the reference; gup does, long after the PTE is gone.
 * Reclaim unmaps the folio, and if it is clean and nobody has a reference, frees it. A flag that was looked at before the count
 * says nothing. A model to start from: it is put together from the parts in models/include.
 *
 * Source: __remove_mapping() in mm/vmscan.c.
 */
#include <lockwalk.h>

CONFIG(bool, freeze_first, true);		/* reclaim: the count, then the dirty flag */
CONFIG(bool, dirty_before_put, true);		/* gup marks the folio dirty before it drops its reference */
CONFIG(int, gups, 1);

struct folio {
	atomic_t refcount;			/* the page cache's, and the PTE's */
	bool     locked;
	bool     dirty;
};
OBJECTS(struct folio, folios, 1, SLAB_TYPESAFE_BY_RCU);	/* struct page stays readable */

struct ptpage {
	spinlock_t    ptl;
	struct folio *pte;
};
OBJECTS(struct ptpage, ptpages, 1);

static struct ptpage *pmd;
static struct folio *cache;
static GHOST bool written;

#include "../include/folio.h"
#include "../include/pte_offset_map_lock.h"

INIT
{
	pmd = alloc(ptpages);
	cache = alloc(folios);
	pmd->pte = cache;
	atomic_set(&cache->refcount, 2);
}

static struct folio *gup_fast(void)
{
	struct ptpage *pt = pte_offset_map(&pmd);
	struct folio *folio = READ_ONCE(pt->pte);

	if (folio && !folio_try_get(folio))
		folio = NULL;
	if (folio && READ_ONCE(pt->pte) != folio) {
		folio_put(folio);
		folio = NULL;
	}
	pte_unmap(pt);
	return folio;
}

THREAD(gup, gups)
{
	struct folio *folio = gup_fast();

	if (!folio)
		return;
	skip();						/* DMA */
	written = true;
	if (dirty_before_put)
		WRITE_ONCE(folio->dirty, true);
	folio_put(folio);
	if (!dirty_before_put)
		WRITE_ONCE(folio->dirty, true);
}

static bool remove_mapping(struct folio *folio)
{
	bool dirty = false;

	if (!freeze_first)
		dirty = READ_ONCE(folio->dirty);
	if (!folio_ref_freeze(folio, 1))
		return false;
	if (freeze_first)
		dirty = READ_ONCE(folio->dirty);
	if (dirty) {
		folio_ref_unfreeze(folio, 1);
		return false;
	}
	ASSERT(no_write_is_lost, !written);
	WRITE_ONCE(cache, NULL);
	return true;
}

THREAD(reclaim, 1)
{
	struct folio *folio = cache;
	struct ptpage *pt;
	bool removed;

	if (!folio_trylock(folio))
		return;
	pt = pte_offset_map_lock(&pmd);			/* try_to_unmap() */
	if (pt) {
		WRITE_ONCE(pt->pte, NULL);
		pte_unmap_unlock(pt);
		folio_put(folio);
	}
	removed = remove_mapping(folio);
	folio_unlock(folio);
	if (removed)
		kfree(folio);
}

EXPECT(freeze_first, HOLDS);
EXPECT(freeze_first && gups == 3, HOLDS);
EXPECT(!freeze_first, ASSERTION(no_write_is_lost));
EXPECT(!dirty_before_put, ASSERTION(no_write_is_lost), USE_AFTER_FREE(folios));
