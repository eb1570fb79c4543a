/* Switching in and flushing by mask: the CPU says that it uses the mm, then loads the base of the page table, and the hardware
 * walks from that. Who unmaps clears the PTE and then asks who uses the mm. The wrong order in either loses a flush. (c11) */
#include <lockwalk.h>

CONFIG(bool, mask_first, true);
CONFIG(bool, clear_first, true);

struct page {
	u1 data;
};
OBJECTS(struct page, pages, 1);

struct table {
	struct page *pte;
};
static struct table table;
static unsigned int cpumask;

REGISTER(struct table *, cr3);
TLB(struct page *, tlb, 1);

INIT { table.pte = alloc(pages); }

TLB_WALK(tlb)
{
	struct table *t = per_cpu(cr3, cpu);

	if (t && t->pte)
		tlb_fill(tlb, cpu, entry, t->pte);
}

THREAD(switch_in, 1)
{
	struct page *p;

	if (mask_first)
		set_bit(smp_processor_id(), &cpumask);
	this_cpu(cr3) = &table;
	if (!mask_first)
		set_bit(smp_processor_id(), &cpumask);
	ATOMIC {
		if (tlb_access(tlb, 0, &p))
			p->data = 1;
	}
	this_cpu(cr3) = NULL;
	tlb_flush_local(tlb, ALL_ENTRIES);
}

THREAD(unmap, 1)
{
	struct page *p;
	unsigned int cpus;

	if (!clear_first)
		cpus = READ_ONCE(cpumask);
	p = xchg(&table.pte, NULL);
	if (clear_first)
		cpus = READ_ONCE(cpumask);
	tlb_flush_ipi(tlb, 0, cpus);
	kfree(p);
}

EXPECT(mask_first && clear_first,  HOLDS);
EXPECT(!mask_first && clear_first, STALE_TLB);
EXPECT(mask_first && !clear_first, STALE_TLB);
