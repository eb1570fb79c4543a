/* A flush by IPI waits for the other CPUs: not with interrupts off. A broadcast asks nobody. */
#include <lockwalk.h>

CONFIG(bool, by_ipi, true);
CONFIG(bool, irqs_off, true);

struct page {
	u1 data;
};
TLB(struct page *, tlb, 1);
static spinlock_t lock;

THREAD(flusher, 2)
{
	if (irqs_off)
		spin_lock_irq(&lock);
	else
		spin_lock(&lock);
	if (by_ipi)
		tlb_flush_ipi(tlb, ALL_ENTRIES, ALL_CPUS);
	else
		tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS);
	if (irqs_off)
		spin_unlock_irq(&lock);
	else
		spin_unlock(&lock);
}

EXPECT(by_ipi && irqs_off,  SLEEP_IN_ATOMIC);
EXPECT(by_ipi && !irqs_off, HOLDS);
EXPECT(!by_ipi && irqs_off, HOLDS);
