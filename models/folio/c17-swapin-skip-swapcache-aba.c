/*
 * Two swap-ins of one page that bypass the swap cache (CVE-2024-26759).
 *
 * Both read the swap slot into a page of their own, and whoever gets the ptl first and finds the pte unchanged maps his. But
 * the same pte may come back: the page is mapped, written to, and swapped out again, into the same slot. Then the slower
 * one maps its old data. So, before it reads, a swap-in claims the slot (SWAP_HAS_CACHE), and keeps it until the pte is set:
 * the slot is not handed out as long as it is claimed. The loser tries again, or waits.
 *
 * Source: 13ddaf26be32 "mm/swap: fix race when skipping swapcache" (2024).
 */
#include <lockwalk.h>

enum claim { NO_CLAIM, HELD, DROPPED_EARLY };
CONFIG(enum claim, claim, HELD);		/* DROPPED_EARLY: before the pte is set */
CONFIG(bool, generation, false);		/* the slot counts how often it was handed out; compared with the pte */
CONFIG(int, swapouts, 1);

enum loser { TRIES_AGAIN, SLEEPS, IS_NOT_WOKEN };
CONFIG(enum loser, loser, TRIES_AGAIN);		/* who finds the slot claimed */

struct page { bool data; };
OBJECTS(struct page, pages, 3);

typedef struct {
	struct page *page;
	bool         swapped;			/* out, to the slot */
} pte_t;

static pte_t pte;
static spinlock_t ptl;
static wait_queue_head_t swapcache_wq;
static struct slot {
	bool count, has_cache;			/* of the slot, in the swap_map */
	u2   generation;
	bool data;
} slot;
static GHOST bool written;			/* what the user wrote last */

INIT
{
	pte.swapped = true;
	slot.count = true;
}

static void set_pte(struct page *page, bool swapped)
{
	pte_t new = { .page = page, .swapped = swapped };

	WRITE_ONCE(pte, new);
}

static bool claim_slot(void)				/* swapcache_prepare() */
{
	ATOMIC {
		if (!slot.count || slot.has_cache)
			return false;
		slot.has_cache = true;
	}
	return true;
}

static bool alloc_slot(void)				/* get_swap_page(); false if the swap is full */
{
	ATOMIC {
		if (slot.count || slot.has_cache)
			return false;
		slot.count = slot.has_cache = true;
		slot.generation = (slot.generation + 1) & 3;
	}
	return true;
}

static void release_slot(void)				/* swapcache_clear() */
{
	WRITE_ONCE(slot.has_cache, false);
	if (loser == SLEEPS)
		wake_up_all(&swapcache_wq);
}

/* Whether it is done; else the fault is to be tried again. */
static bool do_swap_page(void)
{
	struct page *page;
	u2 gen;

	gen = READ_ONCE(slot.generation);
	if (!READ_ONCE(pte).swapped)
		return true;
	if (claim != NO_CLAIM && !claim_slot()) {
		if (loser != TRIES_AGAIN)
			wait_event(swapcache_wq, !READ_ONCE(slot.has_cache));
		return false;
	}
	page = alloc(pages);
	WRITE_ONCE(page->data, READ_ONCE(slot.data));		/* swap_readpage() */
	if (claim == DROPPED_EARLY)
		release_slot();
	spin_lock(&ptl);
	if (READ_ONCE(pte).swapped && (!generation || READ_ONCE(slot.generation) == gen)) {
		set_pte(page, false);
		WRITE_ONCE(slot.count, false);			/* swap_free() */
		page = NULL;
	}
	spin_unlock(&ptl);
	if (claim == HELD)
		release_slot();
	kfree(page);
	return true;
}

THREAD(fault, 2)
{
	while (!do_swap_page())
		;
}

THREAD(user, 1)
{
	ATOMIC {
		if (pte.page) {
			pte.page->data = true;
			written = true;
		}
	}
}

THREAD(reclaim, 1)
{
	struct page *page;

	for (int i = 0; i < swapouts; i++) {
		spin_lock(&ptl);
		page = READ_ONCE(pte).page;
		if (page && alloc_slot()) {
			ATOMIC { slot.data = page->data; pte.page = NULL; pte.swapped = true; }
			release_slot();
			kfree(page);
		}
		spin_unlock(&ptl);
	}
}

INVARIANT(no_write_is_lost) { return pte.page ? pte.page->data == written : slot.data == written; }
EVENTUALLY(faults_end) { return ended(fault, 0) && ended(fault, 1); }

EXPECT(claim == NO_CLAIM, VIOLATED(no_write_is_lost));						/* 1 */
EXPECT(claim == HELD && (swapouts == 1 || swapouts == 2), HOLDS);				/* 2 */
EXPECT(claim == DROPPED_EARLY, VIOLATED(no_write_is_lost));					/* 3 */
EXPECT(claim == NO_CLAIM && generation && (swapouts == 1 || swapouts == 2), HOLDS);		/* 4 */
EXPECT(loser == SLEEPS, HOLDS);									/* 5, safety */
EXPECT(loser == IS_NOT_WOKEN, DEADLOCK);							/* 5, the lost wake-up */
EXPECT(claim == HELD && (loser == TRIES_AGAIN || loser == SLEEPS), HOLDS, WEAK);								/* 5 */
EXPECT(claim == HELD, LIVELOCK(faults_end), UNFAIR);						/* 5 */
