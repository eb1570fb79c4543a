/*
 * StackRot: a tree node freed by RCU while its readers hold only the mmap lock, shared.
 *
 * Source: case c08; CVE-2023-3269, 8d7071af8907 "mm: always expand the stack with the mmap write lock held".
 */
#include <lockwalk.h>

enum upgrade { NO_UPGRADE, BLOCKING, TRY };
enum expand { UNDER_READ, UNDER_WRITE, WRITE_NO_LOOKUP };

CONFIG(enum expand, expand, UNDER_WRITE);
CONFIG(bool, reader_rcu, false);
CONFIG(int, expanders, 1);
CONFIG(bool, serialised, false);        /* expanders hold the anon_vma lock */
CONFIG(int, unmappers, 0);
CONFIG(enum upgrade, upgrade, NO_UPGRADE);      /* two more that turn their read lock into a write lock in place */

struct node { u2 low; };
OBJECTS(struct node, nodes, 3 + unmappers);

static struct rw_semaphore mmap_lock;
static struct mutex anon_vma;
static struct node *root;
GHOST static u2 expanded;

INIT { root = alloc(nodes); }

THREAD(reader, 1)
{
	struct node *node;

	down_read(&mmap_lock);
	if (reader_rcu)
		rcu_read_lock();
	node = READ_ONCE(root);
	if (node)
		READ_ONCE(node->low);
	if (reader_rcu)
		rcu_read_unlock();
	up_read(&mmap_lock);
}

static void replace(struct node *old)
{
	struct node *new = alloc(nodes);

	BUG_ON(!new);
	WRITE_ONCE(new->low, old->low + 1);
	WRITE_ONCE(root, new);
	expanded++;
	kfree_rcu(old);
}

THREAD(expander, expanders)
{
	struct node *old;

	down_read(&mmap_lock);
	if (serialised)
		mutex_lock(&anon_vma);
	old = READ_ONCE(root);
	if (!old) {
		if (serialised)
			mutex_unlock(&anon_vma);
		up_read(&mmap_lock);
		return;
	}
	if (expand == UNDER_READ) {
		replace(old);
	} else {
		up_read(&mmap_lock);
		down_write(&mmap_lock);
		if (expand != WRITE_NO_LOOKUP)
			old = READ_ONCE(root);
		if (old)
			replace(old);
		downgrade_write(&mmap_lock);
	}
	if (serialised)
		mutex_unlock(&anon_vma);
	up_read(&mmap_lock);
}

THREAD(munmap, unmappers)
{
	struct node *old;

	down_write(&mmap_lock);
	old = READ_ONCE(root);
	WRITE_ONCE(root, NULL);
	kfree_rcu(old);
	up_write(&mmap_lock);
}

static struct { u2 readers; bool writer; } upgradable;

THREAD(upgrader, upgrade != NO_UPGRADE ? 2 : 0)
{
	bool alone;

	ATOMIC { wait_until(!upgradable.writer); upgradable.readers++; }
	if (upgrade == TRY) {
		ATOMIC {
			alone = upgradable.readers == 1;
			upgradable.readers--;
			upgradable.writer = alone;
		}
		if (!alone)
			ATOMIC { wait_until(!upgradable.writer && upgradable.readers == 0); upgradable.writer = true; }
	} else {
		ATOMIC { wait_until(upgradable.readers == 1); upgradable.readers = 0; upgradable.writer = true; }
	}
	skip();
	ATOMIC { upgradable.writer = false; }
}

FINALLY(none_lost)
{
	return unmappers || root->low == expanded;
}

EXPECT(expand == UNDER_READ,                                  USE_AFTER_FREE(nodes)); /* R without rcu{} */
EXPECT(expand == UNDER_WRITE && (expanders == 1 || expanders == 2) && (unmappers == 0 || unmappers == 1), HOLDS);
EXPECT(expand == WRITE_NO_LOOKUP && unmappers == 1,           USE_AFTER_FREE(nodes)); /* without the second look-up */
EXPECT(expand == WRITE_NO_LOOKUP && unmappers == 0,           HOLDS);
EXPECT(expand == UNDER_READ && reader_rcu && expanders == 1,  HOLDS);
EXPECT(expand == UNDER_READ && reader_rcu && expanders == 2,  USE_AFTER_FREE(nodes), DOUBLE_FREE(nodes), VIOLATED(none_lost));
EXPECT(expand == UNDER_READ && reader_rcu && serialised && expanders == 2, HOLDS);
EXPECT(upgrade == BLOCKING,                                   DEADLOCK);              /* each waits for the other's read lock */
EXPECT(upgrade == TRY,                                        HOLDS);                 /* try-upgrade with fallback */
