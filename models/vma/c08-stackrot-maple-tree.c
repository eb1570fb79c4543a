/*
 * StackRot (CVE-2023-3269): nodes of the vma tree freed by RCU, under readers who are not RCU readers.
 *
 * A maple tree is changed by copying a node, linking the copy, and freeing the old node by RCU. Readers hold mmap_lock for
 * read, and took that for protection: writers hold it for write. But stack expansion changed the tree with mmap_lock for
 * read. As it landed, it drops the lock, takes it for write, and looks the vma up again. Before there were maple trees, it
 * changed the vma's key in place, under the anon_vma lock, and that was safe.
 *
 * Source: Ruihan Li's report of CVE-2023-3269; 8d7071af8907 "mm: always expand the stack with the mmap write lock held",
 * 9471f1f2f502 (6.5).
 */
#include <lockwalk.h>
#include "../include/upgradable_rwsem.h"

enum expand { IN_PLACE, UNDER_READ, UNDER_WRITE, UPGRADE, TRY_UPGRADE };
CONFIG(enum expand, expand, UNDER_WRITE);	/* how expand_stack() holds mmap_lock when it changes the tree */
CONFIG(bool, find_again, true);			/* it looks the vma up again after it has re-taken mmap_lock */
CONFIG(bool, anon_vma_lock, false);		/* it holds that, too */
CONFIG(int, expanders, 1);
CONFIG(bool, in_rcu, false);			/* who looks at the tree is an RCU reader, too */
CONFIG(bool, unmap, true);			/* munmap takes the vma away */

struct vma {
	bool grows_down;
};
OBJECTS(struct vma, vmas, 1);

struct node {
	struct vma *slot;
	u2          pages;			/* of the vma */
};
OBJECTS(struct node, nodes, 4);

static struct mm {
	struct upgradable_rwsem mmap_lock;		/* an rwsem, but for the variants that upgrade it */
	struct node *root;
	spinlock_t   anon_vma_lock;
} mm;
static GHOST u2 expansions;

INIT
{
	mm.root = alloc(nodes);
	mm.root->slot = alloc(vmas);
	mm.root->slot->grows_down = true;
}

static struct vma *find_vma(void)
{
	struct node *node;
	struct vma *vma;

	if (in_rcu)
		rcu_read_lock();
	node = rcu_dereference(mm.root);
	vma = READ_ONCE(node->slot);
	if (in_rcu)
		rcu_read_unlock();
	return vma;
}

static void mas_store(struct vma *slot, u2 more)
{
	struct node *old, *new = alloc(nodes);

	if (in_rcu)
		rcu_read_lock();
	old = rcu_dereference(mm.root);
	new->slot = slot;
	new->pages = READ_ONCE(old->pages) + more;
	rcu_assign_pointer(mm.root, new);
	kfree_rcu(old);
	if (in_rcu)
		rcu_read_unlock();
}

THREAD(reader, 1)
{
	upgradable_read(&mm.mmap_lock);
	find_vma();
	upgradable_read_unlock(&mm.mmap_lock);
}

static void grow(struct vma *vma)
{
	if (anon_vma_lock)
		spin_lock(&mm.anon_vma_lock);
	if (READ_ONCE(vma->grows_down)) {
		if (expand == IN_PLACE)
			ATOMIC { mm.root->pages++; }
		else
			mas_store(vma, 1);
		expansions++;
	}
	if (anon_vma_lock)
		spin_unlock(&mm.anon_vma_lock);
}

THREAD(expander, expanders)					/* expand_stack() */
{
	bool exclusive = false;
	struct vma *vma;

	upgradable_read(&mm.mmap_lock);
	vma = find_vma();
	if (expand == UPGRADE) {
		upgrade_read(&mm.mmap_lock);
		exclusive = true;
	} else if (expand == TRY_UPGRADE) {
		exclusive = upgrade_read_trylock(&mm.mmap_lock);
	}
	if (expand >= UNDER_WRITE && !exclusive) {
		upgradable_read_unlock(&mm.mmap_lock);
		upgradable_write(&mm.mmap_lock);
		exclusive = true;
		if (find_again)
			vma = find_vma();
	}
	if (vma)
		grow(vma);
	if (exclusive)
		upgradable_write_unlock(&mm.mmap_lock);
	else
		upgradable_read_unlock(&mm.mmap_lock);
}

THREAD(munmap, unmap)
{
	struct vma *vma;

	upgradable_write(&mm.mmap_lock);
	vma = mm.root->slot;
	mas_store(NULL, 0);
	kfree_rcu(vma);
	upgradable_write_unlock(&mm.mmap_lock);
}

FINALLY(every_expansion_counts) { return mm.root->pages == expansions; }

EXPECT(expand == UNDER_READ && !in_rcu, USE_AFTER_FREE(nodes));				/* 1 */
EXPECT(expand == UNDER_WRITE && find_again, HOLDS);						/* 2 */
EXPECT(expand == UNDER_WRITE && find_again && expanders == 2, HOLDS);				/* 2 */
EXPECT(expand == UNDER_WRITE && !find_again, USE_AFTER_FREE(vmas));				/* 3 */
EXPECT(expand == UNDER_READ && in_rcu, HOLDS);						/* 4, the node */
EXPECT(expand == UNDER_READ && in_rcu && expanders == 2 && !anon_vma_lock,
       VIOLATED(every_expansion_counts), USE_AFTER_FREE(nodes), DOUBLE_FREE(nodes));		/* 4, two */
EXPECT(expand == UNDER_READ && in_rcu && expanders == 2 && anon_vma_lock, HOLDS);	/* 4, serialised */
EXPECT(expand == UPGRADE && expanders == 2, DEADLOCK);						/* 5 */
EXPECT(expand == TRY_UPGRADE && expanders == 2, HOLDS);						/* 5 */
EXPECT(expand == IN_PLACE && expanders == 2 && anon_vma_lock, HOLDS);				/* 6 */
