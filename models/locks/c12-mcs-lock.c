/*
 * The MCS lock: a queue of nodes, each waiter spins on its own.
 *
 * To acquire: initialise your node, put it at the tail, and if there was a node before it, link yours behind that one and
 * wait for `locked`. To release: hand over to node->next; if there is none, take the node off the tail; if that fails,
 * somebody is about to link, so wait for him. A node lives on the stack: it is in use from the xchg to the end of the release.
 *
 * Source: kernel/locking/mcs_spinlock.h.
 */
#include <lockwalk.h>

CONFIG(int, threads, 2);

enum release { WAIT_FOR_NEXT, NEXT_OR_NULL, NEXT_OR_RETURN };
CONFIG(enum release, release, WAIT_FOR_NEXT);	/* after a failed cmpxchg */
CONFIG(bool, init_first, true);			/* node->locked is cleared before the xchg */
CONFIG(bool, ordered, true);			/* the xchg */
CONFIG(bool, give_up, false);			/* a waiter may leave, its node with it */
CONFIG(bool, on_stack, true);			/* else each thread keeps its node for ever */

struct mcs_node {
	struct mcs_node *next;
	bool             locked;
};
OBJECTS(struct mcs_node, nodes, threads);

static struct mcs_node *tail;
static GHOST u2 inside;

static bool mcs_lock(struct mcs_node *node)
{
	struct mcs_node *prev;

	WRITE_ONCE(node->next, NULL);
	if (init_first)
		WRITE_ONCE(node->locked, false);
	prev = ordered ? xchg(&tail, node) : xchg_relaxed(&tail, node);
	if (!prev)
		return true;
	WRITE_ONCE(prev->next, node);
	if (!init_first)
		WRITE_ONCE(node->locked, false);
	if (give_up && maybe())
		return false;
	smp_cond_load_acquire(&node->locked, VAL);
	return true;
}

static void mcs_unlock(struct mcs_node *node)
{
	struct mcs_node *next = READ_ONCE(node->next);

	if (!next) {
		if (cmpxchg_release(&tail, node, NULL) == node)
			return;
		if (release == WAIT_FOR_NEXT)
			next = smp_cond_load_relaxed(&node->next, VAL);
		else
			next = READ_ONCE(node->next);
		if (release == NEXT_OR_RETURN && !next)
			return;
	}
	smp_store_release(&next->locked, true);
}

THREAD(locker, threads)
{
	struct mcs_node *node = alloc(nodes);

	for (;;) {
want:
		if (mcs_lock(node)) {
			inside++;
section:
			skip();
			mcs_unlock(node);
			inside--;
		}
		if (on_stack) {
			kfree(node);
			node = alloc(nodes);
		}
	}
}

INVARIANT(mutual_exclusion) { return inside <= 1; }
LEADS_TO(gets_in, at(locker, 0, want), at(locker, 0, section))

EXPECT(threads == 2, HOLDS);									/* 6 */
EXPECT(threads == 3, HOLDS);
EXPECT(threads == 2, HOLDS, WEAK);								/* 6, no starvation */
EXPECT(threads == 2, HOLDS, LKMM);								/* 6 */
EXPECT(release == NEXT_OR_NULL, NULL_DEREF);							/* 7 */
EXPECT(release == NEXT_OR_RETURN && !on_stack, DEADLOCK);					/* 7 */
EXPECT(release == NEXT_OR_RETURN && on_stack, USE_AFTER_FREE(nodes));				/* 7, before it hangs */
EXPECT(!init_first, DEADLOCK);									/* 8 */
EXPECT(give_up, USE_AFTER_FREE(nodes));								/* 9 */
EXPECT(!ordered, HOLDS, TSO);									/* 10 */
EXPECT(!ordered, DEADLOCK, LKMM);								/* 10 */
