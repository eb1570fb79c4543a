/*
 * mmu_gather: clear PTEs now, flush the TLB once for many of them, and only then free the pages and the page tables.
 *
 * The model defines, before it includes this: struct folio, as folio.h wants it; struct ptpage; a global mm, with an
 * atomic_t tlb_flush_pending; and flush_tlb_mm(), which is a tlb_flush_…() of its TLB. It may #define MAX_GATHER, the folios
 * of a batch.
 */
#ifndef MMU_GATHER_H
#define MMU_GATHER_H

#include "folio.h"

#ifndef MAX_GATHER
#define MAX_GATHER 1
#endif

struct mmu_gather {
	struct folio  *folios[MAX_GATHER];
	u3             nr;
	struct ptpage *table;
	bool           need_flush;
};

static inline void tlb_gather_mmu(struct mmu_gather *gather)
{
	gather->nr = 0;
	gather->table = NULL;
	gather->need_flush = false;
	atomic_inc(&mm.tlb_flush_pending);	/* before the first PTE is cleared, under its ptl */
}

static inline void tlb_flush_mmu(struct mmu_gather *gather)
{
	if (gather->need_flush)
		flush_tlb_mm();
	for (int i = 0; i < gather->nr; i++)
		folio_put(gather->folios[i]);
	if (gather->table)
		kfree_rcu(gather->table);	/* walkers of page tables are RCU readers, or have interrupts off */
	gather->nr = 0;
	gather->table = NULL;
	gather->need_flush = false;
}

/* The reference of a PTE that was just cleared. True: the batch is full, call tlb_flush_mmu() once the ptl is dropped. */
static inline bool tlb_remove_page(struct mmu_gather *gather, struct folio *folio)
{
	gather->folios[gather->nr] = folio;
	gather->nr++;
	gather->need_flush = true;
	return gather->nr == MAX_GATHER;
}

static inline void pte_free_tlb(struct mmu_gather *gather, struct ptpage *table)
{
	gather->table = table;
	gather->need_flush = true;
}

static inline void tlb_finish_mmu(struct mmu_gather *gather)
{
	if (atomic_read(&mm.tlb_flush_pending) > 1)
		gather->need_flush = true;	/* somebody else has cleared what we did not find: do not return before him */
	tlb_flush_mmu(gather);
	atomic_dec(&mm.tlb_flush_pending);
}

#endif
