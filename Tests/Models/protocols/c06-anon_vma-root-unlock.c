/*
 * Type-stable re-use makes the unlock hit a different lock than the lock did.
 *
 * rmap follows page->mapping to an anon_vma, takes the lock of its root, and may find that the anon_vma was freed and
 * allocated again
 * under another root meanwhile.
 *
 * Source: case c06; f18194275c39 "mm: fix hang on anon_vma->root->lock" (2010), eee0f252c653 (2011).
 */
#include <lockwalk.h>

enum recheck { NO_RECHECK, MAPCOUNT, MAPCOUNT_UNLOCKS_ROOT, REFCOUNT_ONLY };

CONFIG(enum recheck, recheck, MAPCOUNT);

struct root { spinlock_t lock; };
OBJECTS(struct root, roots, 2);

struct anon_vma {
	struct root *root;
	atomic_t     refcount;
};
OBJECTS(struct anon_vma, anon_vmas, 1, SLAB_TYPESAFE_BY_RCU);

static struct page {
	atomic_t         mapcount;
	struct anon_vma *mapping;
} page;
static struct root *first, *second;

INIT
{
	first = alloc(roots);
	second = alloc(roots);
	page.mapping = alloc(anon_vmas);
	page.mapping->root = first;
	atomic_set(&page.mapping->refcount, 1);
	atomic_set(&page.mapcount, 1);
}

THREAD(walk, 1)
{
	struct anon_vma *anon_vma;
	struct root *root;

	rcu_read_lock();
	anon_vma = READ_ONCE(page.mapping);
	if (!atomic_read(&page.mapcount)) {
		rcu_read_unlock();
		return;
	}
	root = READ_ONCE(anon_vma->root);
	spin_lock(&root->lock);
	if (recheck == MAPCOUNT || recheck == MAPCOUNT_UNLOCKS_ROOT) {
		if (!atomic_read(&page.mapcount)) {
			if (recheck == MAPCOUNT)
				spin_unlock(&root->lock);
			else
				spin_unlock(&anon_vma->root->lock);
			rcu_read_unlock();
			return;
		}
	}
	if (recheck == REFCOUNT_ONLY && !atomic_read(&anon_vma->refcount)) {
		spin_unlock(&root->lock);
		rcu_read_unlock();
		return;
	}
	rcu_read_unlock();
	spin_unlock(&anon_vma->root->lock);
}

THREAD(unmap, 1)
{
	struct anon_vma *anon_vma = READ_ONCE(page.mapping);
	struct root *root = READ_ONCE(anon_vma->root);

	atomic_set(&page.mapcount, 0);
	spin_lock(&root->lock);                 /* unlink_anon_vmas() */
	spin_unlock(&root->lock);
	if (atomic_dec_and_test(&anon_vma->refcount))
		kfree(anon_vma);
}

THREAD(prepare, 1)                              /* of another task */
{
	struct anon_vma *anon_vma = alloc(anon_vmas);

	if (!anon_vma)
		return;
	WRITE_ONCE(anon_vma->root, second);
	atomic_set(&anon_vma->refcount, 1);
	spin_lock(&anon_vma->root->lock);
	spin_unlock(&anon_vma->root->lock);
}

EXPECT(recheck == NO_RECHECK,            BAD_UNLOCK);    /* no recheck */
EXPECT(recheck == MAPCOUNT,              HOLDS);         /* landed */
EXPECT(recheck == MAPCOUNT_UNLOCKS_ROOT, BAD_UNLOCK);    /* failure path unlocks through m.root */
EXPECT(recheck == REFCOUNT_ONLY,         BAD_UNLOCK);    /* a fresh one has a refcount of 1 too */
