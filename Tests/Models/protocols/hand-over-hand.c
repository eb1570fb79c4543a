/*
 * A list whose every node has a mutex, walked hand over hand; a downgraded rwsem guards its head.
 *
 * Source: textbook (lock coupling); downgrade_write() as in mm/mmap.c's former munmap; own choice.
 */
#include <lockwalk.h>

enum coupling { HAND_OVER_HAND, LETS_GO_FIRST, BACKWARDS };

CONFIG(enum coupling, coupling, HAND_OVER_HAND);
CONFIG(bool, downgrades, false);        /* the remover downgrades before it frees */
CONFIG(bool, unlinks_after, false);     /* and unlinks afterwards */
CONFIG(int, walkers, 1);

struct node {
	struct mutex lock;
	struct node *next;
	u2           value;
};
OBJECTS(struct node, nodes, 3);

static struct rw_semaphore head_lock;
static struct node *head;

INIT
{
	head = alloc(nodes);
	head->next = alloc(nodes);
	head->next->next = alloc(nodes);
}

THREAD(walker, walkers)
{
	struct node *node, *next;

	if (downgrades)
		down_read(&head_lock);
	node = head;
	mutex_lock(&node->lock);
	for (;;) {
		node->value = node->value;
		next = node->next;
		if (!next)
			break;
		if (coupling == LETS_GO_FIRST) {
			mutex_unlock(&node->lock);
			mutex_lock(&next->lock);
		} else {
			mutex_lock_nested(&next->lock, 1);
			mutex_unlock(&node->lock);
		}
		node = next;
	}
	mutex_unlock(&node->lock);
	if (downgrades)
		up_read(&head_lock);
}

THREAD(remover, 1)                              /* of the second node */
{
	struct node *first = head, *node;

	if (downgrades) {
		down_write(&head_lock);
		if (unlinks_after)
			downgrade_write(&head_lock);
		node = READ_ONCE(first->next);
		WRITE_ONCE(first->next, READ_ONCE(node->next));
		if (!unlinks_after)
			downgrade_write(&head_lock);
		kfree(node);
		up_read(&head_lock);
		return;
	}
	if (coupling == BACKWARDS) {
		node = READ_ONCE(first->next);
		mutex_lock(&node->lock);
		mutex_lock_nested(&first->lock, 1);
	} else {
		mutex_lock(&first->lock);
		node = first->next;
		mutex_lock_nested(&node->lock, 1);
	}
	WRITE_ONCE(first->next, node->next);
	mutex_unlock(&first->lock);
	mutex_unlock(&node->lock);
	kfree(node);
}

EXPECT(coupling == HAND_OVER_HAND && (walkers == 1 || walkers == 2), HOLDS);
EXPECT(coupling == LETS_GO_FIRST,                       USE_AFTER_FREE(nodes), FREE_OF_LOCKED(nodes));
EXPECT(coupling == BACKWARDS,                           DEADLOCK);
EXPECT(downgrades && !unlinks_after,                    HOLDS);
EXPECT(downgrades && unlinks_after && walkers == 1,     USE_AFTER_FREE(nodes), FREE_OF_LOCKED(nodes));
