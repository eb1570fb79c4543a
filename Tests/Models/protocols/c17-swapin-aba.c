/*
 * Two swap-ins bypass the swap cache: the swap entry comes back, and the older data with it.
 *
 * Source: case c17; 13ddaf26be32 "mm/swap: fix race when skipping swapcache" (CVE-2024-26759).
 */
#include <lockwalk.h>

enum claim { NO_CLAIM, CLAIM, CLAIM_RELEASED_EARLY };

CONFIG(enum claim, claim, CLAIM);
CONFIG(bool, generations, false);       /* the pte is compared with the slot's generation */

struct page { u1 data; };
OBJECTS(struct page, pages, 2);

struct pte {
	bool swapped;
	u1   generation;
	struct page *page;
};

static spinlock_t ptl;
static struct pte pte = { .swapped = true };
static struct slot {
	bool used, cached;
	u1   data;
	u1   generation;
} slot = { .used = true };
GHOST static u1 newest;

THREAD(fault, 2)
{
	struct pte entry = READ_ONCE(pte);
	struct page *page;

	if (!entry.swapped)
		return;
	if (claim != NO_CLAIM && xchg(&slot.cached, true))
		return;                         /* wait a bit, and fault again */
	if (claim != NO_CLAIM) {
		struct pte now = READ_ONCE(pte);

		if (!now.swapped || now.generation != entry.generation) {
			WRITE_ONCE(slot.cached, false);
			return;
		}
	}
	page = alloc(pages);
	if (!page) {
		if (claim != NO_CLAIM)
			WRITE_ONCE(slot.cached, false);
		return;
	}
	WRITE_ONCE(page->data, READ_ONCE(slot.data));
	if (claim == CLAIM_RELEASED_EARLY)
		WRITE_ONCE(slot.cached, false);
	spin_lock(&ptl);
	if (!pte.swapped || (generations && pte.generation != entry.generation)) {
		spin_unlock(&ptl);
		kfree(page);
	} else {
		WRITE_ONCE(pte, ((struct pte){ .page = page }));
		WRITE_ONCE(slot.used, false);
		spin_unlock(&ptl);
	}
	if (claim == CLAIM)
		WRITE_ONCE(slot.cached, false);
}

THREAD(user, 1)
{
	spin_lock(&ptl);                        /* an access is one with the look at the pte */
	if (pte.page) {
		WRITE_ONCE(pte.page->data, 1);
		newest = 1;
	}
	spin_unlock(&ptl);
}

THREAD(swap_out, 1)
{
	struct page *page;

	spin_lock(&ptl);
	page = READ_ONCE(pte.page);
	if (page && !READ_ONCE(slot.used) && !READ_ONCE(slot.cached)) {
		u1 next = READ_ONCE(slot.generation) ^ 1;

		WRITE_ONCE(slot.used, true);
		WRITE_ONCE(slot.generation, next);
		WRITE_ONCE(slot.data, READ_ONCE(page->data));
		WRITE_ONCE(pte, ((struct pte){ .swapped = true, .generation = next }));
		kfree(page);
	}
	spin_unlock(&ptl);
}

INVARIANT(no_write_lost)
{
	return !pte.page || pte.page->data == newest;
}

EXPECT(claim == NO_CLAIM,                               VIOLATED(no_write_lost));
EXPECT(claim == CLAIM,                                  HOLDS);                         /* landed */
EXPECT(claim == CLAIM_RELEASED_EARLY,                   VIOLATED(no_write_lost));
EXPECT(claim == NO_CLAIM && generations,                HOLDS);                         /* per-slot generation */
