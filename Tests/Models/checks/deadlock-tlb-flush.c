/* The flusher holds the lock that another CPU spins for with interrupts off: that CPU never takes the IPI. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

struct page {
	u1 data;
};
OBJECTS(struct page, pages, 1);
static struct page *pte;
TLB(struct page *, tlb, 1);
static spinlock_t lock;

INIT { pte = alloc(pages); }

/* It fills the TLB anew whenever it was flushed: that keeps nobody alive. */
TLB_WALK(tlb)
{
	tlb_fill(tlb, cpu, entry, pte);
}

THREAD(flusher, 1)
{
	spin_lock(&lock);
	tlb_flush_ipi(tlb, ALL_ENTRIES, ALL_CPUS);
	spin_unlock(&lock);
}

THREAD(other, 1)
{
	struct page *p;

	tlb_access(tlb, 0, &p);
	if (broken)
		local_irq_disable();
	spin_lock(&lock);
	spin_unlock(&lock);
	if (broken)
		local_irq_enable();
}

/* Others go on for ever: that helps neither. */
THREAD(busy, 1)
{
	for (;;)
		cond_resched(), skip();
}

EXPECT(broken,  DEADLOCK);
EXPECT(!broken, HOLDS);
