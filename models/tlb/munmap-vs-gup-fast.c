/*
 * munmap frees pages and page tables; the user's CPU has TLB entries, and get_user_pages_fast() walks without a lock.
 *
 * munmap clears the PTEs, flushes the TLB, and frees the pages, in batches; the page table goes last, by RCU. gup reads the
 * table with interrupts off, takes a reference unless the folio has none any more, and looks at the PTE again. A model to
 * start from: it is put together from the parts in models/include.
 *
 * Source: mm/mmu_gather.c, gup_fast_pte_range() in mm/gup.c.
 */
#include <lockwalk.h>

enum order { FLUSH_THEN_FREE, FREE_THEN_FLUSH };
CONFIG(enum order, order, FLUSH_THEN_FREE);
CONFIG(bool, irqs_off, true);			/* gup, from the pmd to its reference */
CONFIG(bool, broadcast, true);			/* the flush does not wait for CPUs with interrupts off */

struct folio {
	atomic_t refcount;
	bool     locked;
	bool     data;
};
OBJECTS(struct folio, folios, 1, SLAB_TYPESAFE_BY_RCU);	/* struct page stays readable */

struct ptpage {
	spinlock_t    ptl;
	struct folio *pte;
};
OBJECTS(struct ptpage, ptpages, 1);

static struct mm {
	atomic_t       tlb_flush_pending;
	struct ptpage *pmd;
} mm;

TLB(struct folio *, tlb, 1);
TLB_WALK(tlb)
{
	if (cpu == 0 && mm.pmd && mm.pmd->pte)
		tlb_fill(tlb, cpu, entry, mm.pmd->pte);
}

static void flush_tlb_mm(void)
{
	if (broadcast)
		tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS);
	else
		tlb_flush_ipi(tlb, ALL_ENTRIES, ALL_CPUS);
}

#include "../include/mmu_gather.h"

INIT
{
	mm.pmd = alloc(ptpages);
	mm.pmd->pte = alloc(folios);
	atomic_set(&mm.pmd->pte->refcount, 1);
}

THREAD(user, 1)						/* on CPU 0 */
{
	struct folio *folio;

	ATOMIC {
		if (tlb_access(tlb, 0, &folio))
			folio->data = true;
	}
}

static struct folio *gup_fast_pte(void)
{
	struct ptpage *pt = READ_ONCE(mm.pmd);
	struct folio *folio = pt ? READ_ONCE(pt->pte) : NULL;

	if (!folio || !folio_try_get(folio))
		return NULL;
	if (READ_ONCE(pt->pte) != folio) {
		folio_put(folio);
		return NULL;
	}
	return folio;
}

THREAD(gup, 1)
{
	struct folio *folio;

	if (irqs_off)
		local_irq_disable();
	folio = gup_fast_pte();
	if (irqs_off)
		local_irq_enable();
	if (folio) {
		WRITE_ONCE(folio->data, true);		/* DMA */
		folio_put(folio);
	}
}

THREAD(munmap, 1)
{
	struct ptpage *pt = mm.pmd;
	struct mmu_gather gather;
	struct folio *folio;

	tlb_gather_mmu(&gather);
	spin_lock(&pt->ptl);				/* unmap_vmas() */
	folio = xchg(&pt->pte, NULL);
	spin_unlock(&pt->ptl);
	if (order == FREE_THEN_FLUSH)
		folio_put(folio);
	else if (tlb_remove_page(&gather, folio))
		tlb_flush_mmu(&gather);
	WRITE_ONCE(mm.pmd, NULL);			/* free_pgtables() */
	pte_free_tlb(&gather, pt);
	tlb_finish_mmu(&gather);
}

EXPECT(order == FLUSH_THEN_FREE && (broadcast || !broadcast), HOLDS);
EXPECT(order == FREE_THEN_FLUSH, STALE_TLB(folios));
EXPECT(!irqs_off, USE_AFTER_FREE);
