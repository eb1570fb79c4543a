/* The hardware marks a PTE as it walks, by a write of its own. Who changes the PTE by a load and a store loses the mark; with
 * one read-modify-write it is kept. No thread need access the TLB for that. */
#include <lockwalk.h>

CONFIG(bool, one_step, true);

struct pte {
	bool present;
	bool write;
	bool accessed;
};
static struct pte pte = { .present = true, .write = true };
GHOST bool was_accessed;

TLB(struct pte, tlb, 1);

TLB_WALK(tlb)
{
	if (pte.present) {
		tlb_fill(tlb, cpu, entry, pte);
		if (!pte.accessed) {
			pte.accessed = true;
			was_accessed = true;
		}
	}
}

THREAD(protect, 1)
{
	struct pte e;

	if (one_step) {
		ATOMIC { pte.write = false; }
	} else {
		e = READ_ONCE(pte);
		e.write = false;
		WRITE_ONCE(pte, e);
	}
	tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS);
}

INVARIANT(mark_is_kept) { return !was_accessed || pte.accessed; }

EXPECT(one_step,  HOLDS);
EXPECT(!one_step, VIOLATED(mark_is_kept));
