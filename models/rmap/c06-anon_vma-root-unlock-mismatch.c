/*
 * An anon_vma comes back as another one, and the unlock hits a different lock.
 *
 * The slab is type-stable: a walker may lock an anon_vma that was freed and is in use again. While the lock lived in the
 * anon_vma itself, that was harmless, as long as even the owner of a new anon_vma locks it before it touches its list. Since
 * the lock lives in the root, the walker may lock one root and unlock another: the first stays locked for ever ("hang ...
 * spinning on a newly allocated anon_vma's lock"). So: look at the mapcount again once the lock is held, and if the page is
 * not mapped, unlock what was locked. If it is, the anon_vma cannot go, as that would need this lock.
 *
 * Source: f18194275c39 "mm: fix hang on anon_vma->root->lock" (2010), eee0f252c653 (2011), d9d332e0874f "anon_vma_prepare:
 * properly lock even newly allocated entries" (2008).
 */
#include <lockwalk.h>

enum lock_in { ITSELF, ROOT };
CONFIG(enum lock_in, lock_in, ROOT);		/* where the lock lives */

enum recheck { NO_RECHECK, REFCOUNT, MAPCOUNT };
CONFIG(enum recheck, recheck, MAPCOUNT);	/* under the lock */
CONFIG(bool, unlock_saved, true);		/* to back off, unlock the lock taken, not the root's of now */
CONFIG(bool, lock_new, true);			/* anon_vma_prepare() locks the new anon_vma to change its list */

struct anon_vma {
	struct anon_vma *root;
	spinlock_t       lock;
	refcount_t       refcount;
	bool             list_next, list_prev;	/* of the list head: both changed, or neither */
};
OBJECTS(struct anon_vma, anon_vmas, 3, SLAB_TYPESAFE_BY_RCU);
WIDTH(struct anon_vma.refcount, 2);

static struct page {
	bool             mapcount;
	struct anon_vma *mapping;
} page;
static struct anon_vma *other_root;

INIT
{
	struct anon_vma *root = alloc(anon_vmas);

	other_root = alloc(anon_vmas);
	page.mapping = alloc(anon_vmas);
	page.mapping->root = lock_in == ROOT ? root : page.mapping;
	refcount_set(&page.mapping->refcount, 1);
	page.mapcount = true;
}

static bool is_usable(struct anon_vma *anon_vma)
{
	if (recheck == REFCOUNT)
		return refcount_read(&anon_vma->refcount);
	if (recheck == MAPCOUNT)
		return READ_ONCE(page.mapcount);
	return true;
}

THREAD(rmap_walk, 1)				/* page_lock_anon_vma() … page_unlock_anon_vma() */
{
	struct anon_vma *anon_vma, *root;

	rcu_read_lock();
	anon_vma = READ_ONCE(page.mapping);
	if (READ_ONCE(page.mapcount)) {
		root = READ_ONCE(anon_vma->root);
		spin_lock(&root->lock);
		if (is_usable(anon_vma)) {
			bool next = READ_ONCE(anon_vma->list_next), prev = READ_ONCE(anon_vma->list_prev);

			ASSERT(list_is_whole, lock_in == ROOT || next == prev);
			spin_unlock(&READ_ONCE(anon_vma->root)->lock);
		} else {
			spin_unlock(unlock_saved ? &root->lock : &READ_ONCE(anon_vma->root)->lock);
		}
	}
	rcu_read_unlock();
}

THREAD(munmap, 1)
{
	struct anon_vma *anon_vma = page.mapping;

	WRITE_ONCE(page.mapcount, false);
	spin_lock(&anon_vma->root->lock);	/* unlink_anon_vmas() */
	WRITE_ONCE(anon_vma->list_next, false);
	WRITE_ONCE(anon_vma->list_prev, false);
	spin_unlock(&anon_vma->root->lock);
	if (refcount_dec_and_test(&anon_vma->refcount))
		kfree(anon_vma);
}

THREAD(another_task, 1)				/* anon_vma_prepare() or anon_vma_fork() */
{
	struct anon_vma *anon_vma = alloc(anon_vmas), *root;

	if (!anon_vma)
		return;
	root = lock_in == ROOT ? other_root : anon_vma;
	WRITE_ONCE(anon_vma->root, root);
	refcount_set(&anon_vma->refcount, 1);
	if (lock_new)
		spin_lock(&root->lock);
	WRITE_ONCE(anon_vma->list_next, true);
	WRITE_ONCE(anon_vma->list_prev, true);
	if (lock_new)
		spin_unlock(&root->lock);
}

EXPECT(recheck == NO_RECHECK, BAD_UNLOCK);							/* 1 */
EXPECT(recheck == MAPCOUNT && unlock_saved, HOLDS);						/* 2 */
EXPECT(recheck == MAPCOUNT && !unlock_saved, BAD_UNLOCK);					/* 3 */
EXPECT(recheck == REFCOUNT && unlock_saved, BAD_UNLOCK);					/* 4 */
EXPECT(lock_in == ITSELF && recheck == NO_RECHECK && !lock_new, ASSERTION(list_is_whole));	/* 5 */
EXPECT(lock_in == ITSELF && recheck == NO_RECHECK && lock_new, HOLDS);				/* 5, fixed */
