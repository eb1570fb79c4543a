/* The hardware remembers page tables, too, and walks on from there. A table that is unlinked may be freed only when no CPU
 * remembers it any more: flushing the translations of its pages is not enough. */
#include <lockwalk.h>

enum flush { NOTHING, PAGES, TABLES };
CONFIG(enum flush, flush, TABLES);

struct page {
	u1 data;
};
OBJECTS(struct page, pages, 1);
struct table {
	struct page *pte;
};
OBJECTS(struct table, tables, 1);

static struct table *pmd;
TLB(struct table *, walk_cache, 1);
TLB(struct page *, tlb, 1);

INIT
{
	pmd = alloc(tables);
	pmd->pte = alloc(pages);
}

TLB_WALK(walk_cache)
{
	if (pmd)
		tlb_fill(walk_cache, cpu, entry, pmd);
}

TLB_WALK(tlb)
{
	struct table *t;

	if (tlb_access(walk_cache, 0, &t) && t->pte)
		tlb_fill(tlb, cpu, entry, t->pte);
}

THREAD(user, 1)
{
	struct page *p;

	ATOMIC {
		if (tlb_access(tlb, 0, &p))
			p->data = 1;
	}
}

THREAD(free_pgtables, 1)
{
	struct table *t = xchg(&pmd, NULL);
	struct page *p = xchg(&t->pte, NULL);

	if (flush >= PAGES)
		tlb_flush_ipi(tlb, ALL_ENTRIES, ALL_CPUS);
	if (flush == TABLES)
		tlb_flush_ipi(walk_cache, ALL_ENTRIES, ALL_CPUS);
	kfree(t);
	if (flush == TABLES)
		tlb_flush_ipi(tlb, ALL_ENTRIES, ALL_CPUS);
	kfree(p);
}

EXPECT(flush == NOTHING, STALE_TLB);
EXPECT(flush == PAGES,   STALE_TLB(tables));
EXPECT(flush == TABLES,  HOLDS);
