/*
 * The MCS lock: each CPU spins on its own node.
 *
 * Source: case c12; kernel/locking/mcs_spinlock.h.
 */
#include <lockwalk.h>

enum bug { NONE, NO_WAIT_FOR_NEXT, LATE_INIT, NODE_FREED_EARLY };

CONFIG(enum bug, bug, NONE);
CONFIG(int, cpus, 2);

struct mcs {
	struct mcs *next;
	bool        locked;
};
OBJECTS(struct mcs, nodes, cpus);

static struct mcs *tail;
GHOST static u2 inside;

static void mcs_lock(struct mcs *node)
{
	struct mcs *prev;

	WRITE_ONCE(node->next, NULL);
	if (bug != LATE_INIT)
		WRITE_ONCE(node->locked, false);
	prev = xchg(&tail, node);
	if (!prev)
		return;
	WRITE_ONCE(prev->next, node);
	if (bug == LATE_INIT)
		WRITE_ONCE(node->locked, false);
	smp_cond_load_acquire(&node->locked, VAL);
}

static void mcs_unlock(struct mcs *node)
{
	struct mcs *next = READ_ONCE(node->next);

	if (!next) {
		if (cmpxchg_release(&tail, node, NULL) == node)
			return;
		if (bug == NODE_FREED_EARLY)
			return;                 /* "the successor will find out" */
		if (bug == NO_WAIT_FOR_NEXT)
			next = READ_ONCE(node->next);
		else
			next = smp_cond_load_relaxed(&node->next, VAL);
	}
	smp_store_release(&next->locked, true);
}

THREAD(cpu, cpus)
{
	struct mcs *node = alloc(nodes);

	if (!node)
		return;
	mcs_lock(node);
	inside++;
	skip();
	inside--;
	mcs_unlock(node);
	kfree(node);
}

INVARIANT(one_inside)
{
	return inside <= 1;
}

EXPECT(bug == NONE && (cpus == 2 || cpus == 3), HOLDS);                 /* MCS as above */
EXPECT(bug == NO_WAIT_FOR_NEXT,                 NULL_DEREF);            /* release does not wait */
EXPECT(bug == LATE_INIT,                        DEADLOCK);              /* locked = 0 after the xchg */
EXPECT(bug == NODE_FREED_EARLY,                 USE_AFTER_FREE(nodes)); /* predecessor writes a dead node */
