/* The hardware itself walks a page table that was freed while it was still linked. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

struct page {
	u1 data;
};
struct table {
	struct page *pte;
};
OBJECTS(struct table, tables, 1);

static struct table *pmd;
TLB(struct page *, tlb, 1);

INIT { pmd = alloc(tables); }

TLB_WALK(tlb)
{
	struct table *t = pmd;

	if (!t)
		return;
	if (t->pte)
		tlb_fill(tlb, cpu, entry, t->pte);
}

THREAD(freer, 1)
{
	struct table *t = READ_ONCE(pmd);

	if (broken) {
		kfree(t);
		WRITE_ONCE(pmd, NULL);
	} else {
		WRITE_ONCE(pmd, NULL);
		kfree(t);
	}
}

EXPECT(broken,  USE_AFTER_FREE(tables));
EXPECT(!broken, HOLDS);
