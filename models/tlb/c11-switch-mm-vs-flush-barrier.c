/*
 * switch_mm() against a TLB flush: each writes one thing and reads another (CVE-2016-2069).
 *
 * A CPU that begins to use an mm sets its bit in mm_cpumask(), loads the base of the page table, and may fill its TLB from
 * then on, at any time and ahead of the program. Who unmaps a page clears the PTE, and sends the flush to the CPUs whose bits are
 * set. Without a full barrier on both sides, each may miss what the other wrote. (Loading the base serialises on x86.)
 *
 * Source: 71b3c126e611 "x86/mm: Add barriers and document switch_mm()-vs-flush synchronization" (2016).
 */
#include <lockwalk.h>

CONFIG(bool, switch_barrier, true);		/* between the bit and the base */
CONFIG(bool, flush_barrier, true);		/* between the PTE and the look at the bits */
CONFIG(bool, bit_first, true);			/* the bit is set before the base is loaded */

struct page {
	bool data;
};
OBJECTS(struct page, pages, 1);

static struct mm {
	bool         cpumask;			/* the bit of CPU 0 */
	struct page *pte;
} mm;
REGISTER(bool, cr3);				/* the base of this mm's page table */

INIT { mm.pte = alloc(pages); }

TLB(struct page *, tlb, 1);
TLB_WALK(tlb)
{
	if (per_cpu(cr3, cpu) && mm.pte)
		tlb_fill(tlb, cpu, entry, mm.pte);
}

THREAD(switch_mm, 1)				/* on CPU 0 */
{
	struct page *page;

	if (bit_first)
		WRITE_ONCE(mm.cpumask, true);
	if (switch_barrier)
		smp_mb();
	this_cpu(cr3) = true;
	if (!bit_first)
		WRITE_ONCE(mm.cpumask, true);

	ATOMIC {				/* the user */
		if (tlb_access(tlb, 0, &page))
			page->data = true;
	}
}

THREAD(unmap, 1)
{
	struct page *page = mm.pte;

	WRITE_ONCE(mm.pte, NULL);
	if (flush_barrier)
		smp_mb();
	if (READ_ONCE(mm.cpumask))
		tlb_flush_ipi(tlb, 0, 1u << 0);
	kfree(page);
}

EXPECT(bit_first && (switch_barrier || !switch_barrier) && (flush_barrier || !flush_barrier), HOLDS);	/* 1, 2, 3 */
EXPECT(!switch_barrier && !flush_barrier, STALE_TLB, TSO);					/* 1 */
EXPECT(!switch_barrier && !flush_barrier, STALE_TLB, LKMM);					/* 1 */
EXPECT(switch_barrier && !flush_barrier, STALE_TLB, TSO);					/* 2 */
EXPECT(switch_barrier && !flush_barrier, STALE_TLB, LKMM);					/* 2 */
EXPECT(switch_barrier && flush_barrier, HOLDS, TSO);						/* 3 */
EXPECT(switch_barrier && flush_barrier, HOLDS, LKMM);						/* 3 */
EXPECT(!bit_first, STALE_TLB(pages));								/* 4 */
EXPECT(!bit_first, STALE_TLB, TSO);								/* 4 */
EXPECT(!bit_first, STALE_TLB, LKMM);								/* 4 */
/* Row 5, the walk as a load of the program, is a warning about how to model: TLB_WALK runs by itself at any time. */
