/* A page is unmapped and freed. Its translation must be gone from all TLBs before, by a flush that comes after the PTE was
 * cleared: the hardware may fill the TLB again as long as the PTE is there. */
#include <lockwalk.h>

enum rule { NO_FLUSH, FLUSH_FIRST, FLUSH_LATE, LOCAL, IPI, BROADCAST };
CONFIG(enum rule, rule, IPI);

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

THREAD(user, 1)
{
	struct page *p;

	ATOMIC {
		if (tlb_access(tlb, 0, &p))
			p->data = 1;
	}
}

THREAD(zap, 1)
{
	struct page *p = READ_ONCE(pte);

	if (rule == FLUSH_FIRST)
		tlb_flush_ipi(tlb, 0, ALL_CPUS);
	WRITE_ONCE(pte, NULL);
	if (rule == LOCAL)
		tlb_flush_local(tlb, ALL_ENTRIES);
	if (rule == IPI)
		tlb_flush_ipi(tlb, ALL_ENTRIES, ALL_CPUS);
	if (rule == BROADCAST)
		tlb_flush_broadcast(tlb, 0, 1 << 0);
	kfree(p);
	if (rule == FLUSH_LATE)
		tlb_flush_broadcast(tlb, 0, ALL_CPUS);
}

/* Judged though the hardware may go on for ever. */
FINALLY(unmapped) { return !pte; }
SOMETIMES(written) { return pte && pte->data; }

EXPECT(rule == NO_FLUSH,    STALE_TLB(pages));
EXPECT(rule == FLUSH_FIRST, STALE_TLB(pages));
EXPECT(rule == FLUSH_LATE,  STALE_TLB(pages));
EXPECT(rule == LOCAL,       STALE_TLB(page));
EXPECT(rule == IPI,         HOLDS);
EXPECT(rule == BROADCAST,   HOLDS);
