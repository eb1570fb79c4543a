/* A CPU that runs an interrupt handler takes no other IPI: a flush waits until the handler is done, and what the handler
 * reads through a translation is still there. A broadcast does not wait for it. */
#include <lockwalk.h>

CONFIG(bool, by_ipi, true);

struct page {
	u1 data;
};
OBJECTS(struct page, pages, 1);

static struct page *pte;
TLB(struct page *, tlb, 1);

INIT { pte = alloc(pages); }

TLB_WALK(tlb)
{
	if (pte)
		tlb_fill(tlb, cpu, entry, pte);
}

THREAD_ON(0, task, 1) { skip(); }

INTERRUPT(0, sample, 1)
{
	struct page *p;

	if (tlb_access(tlb, 0, &p))
		WRITE_ONCE(p->data, 1);
}

THREAD_ON(1, zap, 1)
{
	struct page *p = xchg(&pte, NULL);

	if (by_ipi)
		tlb_flush_ipi(tlb, ALL_ENTRIES, ALL_CPUS);
	else
		tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS);
	kfree(p);
}

EXPECT(by_ipi,  HOLDS);
EXPECT(!by_ipi, STALE_TLB(pages));
