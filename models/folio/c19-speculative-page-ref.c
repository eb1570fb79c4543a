/*
 * The page cache is searched without a lock: take a reference unless there is none, then look again.
 *
 * A struct page is there for ever, but the page may be freed and be somebody else's by the time the reference is taken. So
 * the look-up reads the slot again: if the page is still there, it cannot leave, as who removes it freezes the count first,
 * which fails if it is not what he expects. The tree's node, which has the slot, is protected by RCU. While the count is
 * frozen and the slot not yet cleared, the look-up spins.
 *
 * Source: e286781d5f2e "mm: speculative page references" (2008); folio_try_get(), filemap_get_entry().
 */
#include <lockwalk.h>

enum get { INC_NOT_ZERO, INC, INC_RELAXED };
CONFIG(enum get, get, INC_NOT_ZERO);		/* how the look-up takes its reference; _RELAXED: also unless it is zero */

enum recheck { AFTER, BEFORE, NEVER };
CONFIG(enum recheck, recheck, AFTER);		/* of the slot; before or after it takes the reference */
CONFIG(bool, freeze, true);			/* who removes the page freezes its count; else he looks at it */
CONFIG(bool, rcu, true);			/* around the look-up */

CONFIG(bool, in_irq, false);			/* the look-up interrupts who removes the page … */
CONFIG(bool, lock_irq, true);			/* … if he leaves interrupts on */

enum owner { FREE, PAGE_CACHE, PAGE_TABLE };

static struct page {				/* never freed */
	atomic_t   count;
	enum owner owner;
} page;

struct node {
	struct page *slot;
};
OBJECTS(struct node, nodes, 1);

static struct mapping {
	spinlock_t   lock;
	struct node *root;
} mapping;

static GHOST bool looking;

INIT
{
	mapping.root = alloc(nodes);
	mapping.root->slot = &page;
	page.owner = PAGE_CACHE;
	atomic_set(&page.count, 2);		/* the page cache's, and the remover's */
}

static bool get_page_unless_zero(struct page *p)
{
	int old = atomic_read(&p->count);

	if (get == INC_NOT_ZERO)
		return atomic_inc_not_zero(&p->count);
	if (get == INC)
		return atomic_inc_return(&p->count);
	return old && atomic_cmpxchg_relaxed(&p->count, old, old + 1) == old;
}

static void put_page(struct page *p)
{
	if (atomic_dec_and_test(&p->count)) {
		ASSERT(no_double_free, p->owner != FREE);
		WRITE_ONCE(p->owner, FREE);
	}
}

static struct page *find_get_page(void)
{
	struct node *node = rcu_dereference(mapping.root);
	struct page *p;

	if (!node)
		return NULL;
again:
	p = READ_ONCE(node->slot);
	if (!p)
		return NULL;
	if (recheck == BEFORE && READ_ONCE(node->slot) != p)
		goto again;
	if (!get_page_unless_zero(p))
		goto again;
	if (recheck == AFTER && READ_ONCE(node->slot) != p) {
		put_page(p);
		goto again;
	}
	return p;
}

static void lookup_page(void)
{
	struct page *p;

	looking = true;
	if (rcu)
		rcu_read_lock();
	p = find_get_page();
	if (rcu)
		rcu_read_unlock();
	looking = false;
	if (!p)
		return;
	skip();					/* uses it */
	ASSERT(right_page, p->owner == PAGE_CACHE);
	ASSERT(still_cached, mapping.root && mapping.root->slot == p);
	put_page(p);
}

THREAD_ON(0, lookup, !in_irq) { lookup_page(); }
INTERRUPT(1, lookup_irq, in_irq) { lookup_page(); }

THREAD_ON(1, remove, 1)				/* remove_mapping(), by reclaim */
{
	struct node *node = mapping.root;
	bool removed;

	if (lock_irq)
		local_irq_disable();
	spin_lock(&mapping.lock);
	removed = freeze ? atomic_cmpxchg(&page.count, 2, 0) == 2 : atomic_read(&page.count) == 2;
	if (removed) {
		WRITE_ONCE(node->slot, NULL);
		rcu_assign_pointer(mapping.root, NULL);
		kfree_rcu(node);
	}
	spin_unlock(&mapping.lock);
	if (lock_irq)
		local_irq_enable();
	if (removed && freeze)
		WRITE_ONCE(page.owner, FREE);
	else
		put_page(&page);
	if (removed && !freeze)
		put_page(&page);
}

THREAD(other_user, 1)				/* alloc_page() */
{
	if (cmpxchg(&page.owner, FREE, PAGE_TABLE) == FREE) {
		atomic_set(&page.count, 1);
		put_page(&page);
	}
}

LEADS_TO(lookup_ends, looking, !looking)

EXPECT(get == INC_NOT_ZERO && recheck == AFTER, HOLDS);						/* 1 */
EXPECT(get == INC_NOT_ZERO && recheck == AFTER, HOLDS, LKMM);					/* 1 */
EXPECT(recheck == NEVER, ASSERTION(right_page));						/* 2 */
EXPECT(get == INC, ASSERTION(no_double_free), ASSERTION(still_cached));				/* 3 */
EXPECT(recheck == BEFORE, ASSERTION(right_page));						/* 4 */
EXPECT(!freeze, ASSERTION(still_cached));							/* 5 */
EXPECT(get == INC_RELAXED, HOLDS);								/* 6 */
EXPECT(get == INC_RELAXED, HOLDS, TSO);								/* 6 */
EXPECT(get == INC_RELAXED, ASSERTION, LKMM);							/* 6 */
EXPECT(!rcu, USE_AFTER_FREE(nodes));								/* 7 */
EXPECT(!in_irq, HOLDS, WEAK);									/* 8 */
EXPECT(in_irq && (lock_irq || !lock_irq), HOLDS);						/* 8, safety */
EXPECT(in_irq && !lock_irq, LIVELOCK(lookup_ends), STRONG);					/* 8: the same CPU */
EXPECT(in_irq && lock_irq, HOLDS, WEAK);							/* 8, as it is */
