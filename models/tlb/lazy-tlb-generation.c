/*
 * A CPU in lazy TLB mode is not sent a flush; when it comes back it compares generations.
 *
 * Who changes the page table increments mm->context.tlb_gen, then looks which CPUs are lazy, and sends the others an IPI, whose
 * handler flushes and remembers up to which generation it has. A lazy CPU has the page table loaded but runs nobody's code.
 * It leaves that mode first, and looks at the generation then: each side writes one thing and reads the other. The
 * generation that a CPU remembers is the one from before its flush. A model for IPI handlers with code, to start from.
 *
 * Source: 94b1b03b519b "x86/mm: Rework lazy TLB mode and TLB freshness tracking" (2017), simplified.
 */
#include <lockwalk.h>

CONFIG(bool, check_gen, true);			/* a CPU that leaves lazy mode compares generations */
CONFIG(bool, leave_first, true);		/* … after it has said that it leaves; else before */
CONFIG(bool, gen_first, true);			/* unmap increments the generation before it looks who is lazy */
CONFIG(bool, old_gen, true);			/* the handler remembers the generation from before its flush */
CONFIG(int, unmaps, 1);

struct page { bool data; };
OBJECTS(struct page, pages, unmaps);

static struct mm {
	atomic_t     tlb_gen;
	struct page *pte[unmaps];
} mm;
PER_CPU(bool, is_lazy);
PER_CPU(int, loaded_gen);			/* the TLB has all flushes up to this one */
REGISTER(bool, user_mode);			/* user code may run: the hardware walks for it */

INIT
{
	for (int i = 0; i < unmaps; i++)
		mm.pte[i] = alloc(pages);
	per_cpu(user_mode, 0) = true;
}

TLB(struct page *, tlb, unmaps);
TLB_WALK(tlb)
{
	if (cpu == 0 && per_cpu(user_mode, 0) && mm.pte[entry])
		tlb_fill(tlb, cpu, entry, mm.pte[entry]);
}

static void flush_tlb_func(void *info)		/* on the CPU that is to flush */
{
	int gen = atomic_read(&mm.tlb_gen);

	if (this_cpu_read(loaded_gen) == gen)
		return;
	tlb_flush_local(tlb, ALL_ENTRIES);
	if (!old_gen)
		gen = atomic_read(&mm.tlb_gen);
	this_cpu_write(loaded_gen, gen);
}

static void user(void)
{
	struct page *page;

	for (int i = 0; i < unmaps; i++)
		ATOMIC {
			if (tlb_access(tlb, i, &page))
				page->data = true;
		}
}

THREAD(task, 1)					/* on CPU 0 */
{
	user();
	this_cpu(user_mode) = false;
	WRITE_ONCE(this_cpu(is_lazy), true);	/* enter_lazy_tlb(): a kernel thread runs */

	if (check_gen && !leave_first)		/* switch_mm_irqs_off(): back to the task */
		flush_tlb_func(NULL);
	WRITE_ONCE(this_cpu(is_lazy), false);
	smp_mb();
	local_irq_disable();
	if (check_gen && leave_first)
		flush_tlb_func(NULL);
	local_irq_enable();
	this_cpu(user_mode) = true;
	user();
}

THREAD(unmap, unmaps)
{
	struct page *page = mm.pte[self];

	WRITE_ONCE(mm.pte[self], NULL);
	if (gen_first)
		atomic_inc_return(&mm.tlb_gen);
	if (!READ_ONCE(per_cpu(is_lazy, 0)))
		smp_call_function_single(0, flush_tlb_func, NULL);
	if (!gen_first)
		atomic_inc_return(&mm.tlb_gen);
	kfree(page);
}

EXPECT(unmaps == 1, HOLDS);
EXPECT(unmaps == 2, HOLDS);
EXPECT(!check_gen, STALE_TLB(pages));
EXPECT(!leave_first, STALE_TLB(pages));
EXPECT(!gen_first, STALE_TLB(pages));
EXPECT(unmaps == 2 && !old_gen, STALE_TLB(pages));
