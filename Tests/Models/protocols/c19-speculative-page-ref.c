/*
 * The lock-free look-up in the page cache: take a reference unless zero, look again.
 *
 * Source: case c19; e286781d5f2e "mm: speculative page references"; folio_try_get().
 */
#include <lockwalk.h>

enum take { UNLESS_ZERO, PLAIN };
enum look { AFTER, BEFORE, NEVER };

CONFIG(enum take, take, UNLESS_ZERO);
CONFIG(enum look, look, AFTER);
CONFIG(bool, freezes, true);            /* the deleter sets 2 -> 0 in one step */
CONFIG(bool, reader_rcu, true);

struct node { struct page *slot; };
OBJECTS(struct node, nodes, 1);

static struct page {
	atomic_t refs;                  /* one is the cache's */
	u2       owner;                 /* 1: file f, 2: file g */
} page;
static struct node *tree;
static spinlock_t tree_lock;
GHOST static u2 holders;

INIT
{
	tree = alloc(nodes);
	tree->slot = &page;
	atomic_set(&page.refs, 1);
	page.owner = 1;
}

static void put_page(struct page *it)
{
	if (atomic_dec_and_test(&it->refs))
		WRITE_ONCE(it->owner, 0);
}

THREAD(lookup, 1)
{
	struct node *node;
	struct page *found;

	if (reader_rcu)
		rcu_read_lock();
again:
	node = READ_ONCE(tree);
	found = node ? READ_ONCE(node->slot) : NULL;
	if (!found)
		goto out;
	if (look == BEFORE && READ_ONCE(node->slot) != found)
		goto again;
	if (take == PLAIN)
		atomic_inc(&found->refs);
	else if (!atomic_inc_not_zero(&found->refs))
		goto again;
	if (look == AFTER && READ_ONCE(node->slot) != found) {
		put_page(found);
		goto again;
	}
	if (reader_rcu)
		rcu_read_unlock();
	skip();
	ASSERT(still_ours, found->owner == 1);
	put_page(found);
	return;
out:
	if (reader_rcu)
		rcu_read_unlock();
}

THREAD(delete, 1)
{
	struct node *node;

	spin_lock(&tree_lock);
	node = READ_ONCE(tree);
	if (freezes) {
		if (atomic_cmpxchg(&page.refs, 1, 0) != 1) {
			spin_unlock(&tree_lock);
			return;
		}
		WRITE_ONCE(node->slot, NULL);
	} else {
		if (atomic_read(&page.refs) != 1) {
			spin_unlock(&tree_lock);
			return;
		}
		WRITE_ONCE(node->slot, NULL);
		atomic_set(&page.refs, 0);
	}
	WRITE_ONCE(tree, NULL);
	kfree_rcu(node);
	spin_unlock(&tree_lock);
	WRITE_ONCE(page.owner, 0);
	if (maybe()) {                          /* for file g */
		WRITE_ONCE(page.owner, 2);
		atomic_set(&page.refs, 1);
	}
}

EXPECT(take == UNLESS_ZERO && look == AFTER,    HOLDS);
EXPECT(look == NEVER || look == BEFORE,         ASSERTION(still_ours));         /* wrong object */
EXPECT(take == PLAIN && look == AFTER,          ASSERTION(still_ours));         /* resurrects a free page */
EXPECT(!freezes,                                ASSERTION(still_ours));         /* L's ref arrives between */
EXPECT(!reader_rcu,                             USE_AFTER_FREE(nodes));         /* the tree node */
