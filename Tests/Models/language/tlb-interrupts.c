/* gup_fast() reads the page table with interrupts off. A flush by IPI waits until they are on again, so the table may be freed
 * after it; a broadcast does not wait. (c02) */
#include <lockwalk.h>

CONFIG(bool, by_ipi, true);
CONFIG(bool, irqs_off, true);

struct table {
	u1 entry;
};
OBJECTS(struct table, tables, 1);

static struct table *pmd;
TLB(struct table *, walk_cache, 1);

INIT { pmd = alloc(tables); }

TLB_WALK(walk_cache)
{
	if (pmd)
		tlb_fill(walk_cache, cpu, entry, pmd);
}

THREAD(gup, 1)
{
	struct table *t;

	if (irqs_off)
		local_irq_disable();
	t = READ_ONCE(pmd);
	if (t)
		READ_ONCE(t->entry);
	if (irqs_off)
		local_irq_enable();
}

THREAD(user, 1)
{
	struct table *t;

	ATOMIC {
		if (tlb_access(walk_cache, 0, &t))
			t->entry = 1;
	}
}

THREAD(collapse, 1)
{
	struct table *t = READ_ONCE(pmd);

	WRITE_ONCE(pmd, NULL);
	if (by_ipi)
		tlb_flush_ipi(walk_cache, ALL_ENTRIES, ALL_CPUS);
	else
		tlb_flush_broadcast(walk_cache, ALL_ENTRIES, ALL_CPUS);
	kfree(t);
}

EXPECT(by_ipi && irqs_off,  HOLDS);
EXPECT(!by_ipi && irqs_off, USE_AFTER_FREE(tables));
EXPECT(by_ipi && !irqs_off, USE_AFTER_FREE(tables));
