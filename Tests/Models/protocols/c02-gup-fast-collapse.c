/*
 * GUP-fast walks page tables with interrupts off while khugepaged collapses them.
 *
 * Source: case c02; 70cbc3cc78a9 "mm: gup: fix the fast GUP race against THP collapse", 2ba99c5e0881.
 */
#include <lockwalk.h>

CONFIG(bool, flush_ipi, false);         /* the TLB flush interrupts the other CPUs; else broadcast */
CONFIG(bool, recheck_pmd, true);
CONFIG(bool, sync_ipi, true);           /* tlb_remove_table_sync_one() */

struct table { bool present; };
OBJECTS(struct table, tables, 1);

static struct table *pmd;
static bool huge;
static atomic_t refs;                   /* of the small page */
GHOST static bool copied, pinned;

INIT
{
	pmd = alloc(tables);
	pmd->present = true;
	atomic_set(&refs, 1);
}

THREAD(gup_fast, 1)
{
	unsigned long flags;
	struct table *table;
	bool got = false;

	local_irq_save(flags);
	table = READ_ONCE(pmd);
	if (table && READ_ONCE(table->present)) {
		atomic_inc(&refs);
		if (!READ_ONCE(table->present) || (recheck_pmd && READ_ONCE(pmd) != table))
			atomic_dec(&refs);
		else
			got = true;
	}
	local_irq_restore(flags);
	if (got) {
		skip();                 /* DMA */
		pinned = true;
		ASSERT(dma_into_the_mapped_page, !copied);
	}
}

THREAD(collapse, 1)
{
	struct table *table = READ_ONCE(pmd);

	WRITE_ONCE(pmd, NULL);
	if (flush_ipi)
		smp_call_function_sync();
	if (sync_ipi)
		tlb_remove_table_sync_one();
	if (atomic_read(&refs) != 1) {
		WRITE_ONCE(pmd, table);
		return;
	}
	skip();                         /* copy */
	copied = true;
	kfree(table);
	WRITE_ONCE(huge, true);
}

EXPECT(flush_ipi && !recheck_pmd && !sync_ipi,  HOLDS);                                 /* old x86 */
EXPECT(!flush_ipi && !recheck_pmd && !sync_ipi, USE_AFTER_FREE(tables), ASSERTION(dma_into_the_mapped_page)); /* broadcast */
EXPECT(!flush_ipi && recheck_pmd && !sync_ipi,  USE_AFTER_FREE(tables));                /* recheck only */
EXPECT(!flush_ipi && recheck_pmd && sync_ipi,   HOLDS);
EXPECT(!flush_ipi && !recheck_pmd && sync_ipi,  HOLDS);                                 /* before the refs check */
