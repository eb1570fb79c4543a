/*
 * The lock of an anon_vma lives in its root, and a type-stable anon_vma may change its root under a stale walker.
 *
 * page_lock_anon_vma() locks anon_vma->root->lock, page_unlock_anon_vma() reads anon_vma->root again. In between the page may
 * be unmapped, the anon_vma freed, and the same slot handed out as a child of another root: the walker unlocks a lock that it
 * does not hold, and the one that it does hold stays locked for ever.
 *
 * Source: f18194275c39 "mm: fix hang on anon_vma->root->lock" (2010), eee0f252c653 (2011); the sequel of the thread
 * "[PATCH -v2] rmap: make anon_vma_prepare link in all the anon_vmas of a mergeable VMA", 2010-04-12.
 */
#include <lockwalk.h>

enum recheck { NO_RECHECK, REFCOUNT_CHECK, MAPPED_CHECK };

CONFIG(enum recheck, recheck, MAPPED_CHECK);    /* after the lock is taken */
CONFIG(bool, unlock_saved, true);               /* backing off unlocks what was locked, not what root says by then */

struct anon_vma {
	struct anon_vma *root;
	spinlock_t lock;
	atomic_t refcount;
};
OBJECTS(struct anon_vma, anon_vmas, 3, SLAB_TYPESAFE_BY_RCU);

static struct page {
	atomic_t mapcount;
	struct anon_vma *mapping;
} page;

static struct anon_vma *child, *other_root;

INIT
{
	struct anon_vma *root = alloc(anon_vmas);

	other_root = alloc(anon_vmas);
	child = alloc(anon_vmas);
	child->root = root;
	atomic_set(&child->refcount, 1);
	page.mapping = child;
	atomic_set(&page.mapcount, 1);
}

static bool still_there(struct anon_vma *av)
{
	if (recheck == REFCOUNT_CHECK)
		return atomic_read(&av->refcount);
	if (recheck == MAPPED_CHECK)
		return atomic_read(&page.mapcount);
	return true;
}

THREAD(rmap_walk, 1)
{
	struct anon_vma *av, *root;

	rcu_read_lock();
	av = READ_ONCE(page.mapping);
	if (!atomic_read(&page.mapcount))
		goto out;
	root = READ_ONCE(av->root);
	spin_lock(&root->lock);
	if (!still_there(av) && unlock_saved)
		spin_unlock(&root->lock);
	else
		spin_unlock(&av->root->lock);
out:
	rcu_read_unlock();
}

THREAD(munmap, 1)
{
	struct anon_vma *av = child;

	atomic_dec(&page.mapcount);
	spin_lock(&av->root->lock);             /* unlink_anon_vmas() */
	spin_unlock(&av->root->lock);
	if (atomic_dec_and_test(&av->refcount))
		kfree(av);
}

THREAD(fork, 1)                                 /* anon_vma_fork() of another task */
{
	struct anon_vma *av = alloc(anon_vmas);

	if (!av)
		return;
	WRITE_ONCE(av->root, other_root);
	atomic_set(&av->refcount, 1);
	spin_lock(&av->root->lock);
	spin_unlock(&av->root->lock);
}

EXPECT(recheck == NO_RECHECK,                   BAD_UNLOCK);    /* i */
EXPECT(recheck == MAPPED_CHECK && !unlock_saved, BAD_UNLOCK);   /* i: the smaller window */
EXPECT(recheck == REFCOUNT_CHECK,               BAD_UNLOCK);    /* i: a new anon_vma has a refcount too */
EXPECT(recheck == MAPPED_CHECK && unlock_saved, HOLDS);         /* i: as it landed */
