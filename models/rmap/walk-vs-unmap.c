/*
 * The rmap walk of today against munmap: why is the folio's mapcount looked at again?
 *
 * folio_lock_anon_vma_read() finds the anon_vma under RCU, locks its root, and looks whether the folio is still mapped.
 * munmap drops the folio's mapping, unlinks the vma under the root's lock, and puts the anon_vma. A model to start from:
 * the rule itself is models/include/anon_vma.h.
 *
 * Source: mm/rmap.c; 88c22088bf23 "mm: optimize page_lock_anon_vma() fast-path" (2011).
 */
#include <lockwalk.h>

CONFIG(bool, second_look, true);		/* the walker looks at the mapcount again, under the lock */
CONFIG(bool, lock_to_unlink, true);		/* munmap unlinks the vma under the root's lock */
CONFIG(bool, typesafe, true);
CONFIG(int, walkers, 1);

struct anon_vma {
	struct anon_vma    *root;
	struct rw_semaphore rwsem;
	atomic_t            refcount;
};
OBJECTS(struct anon_vma, anon_vmas, 2, typesafe ? SLAB_TYPESAFE_BY_RCU : 0);

static struct folio {
	struct anon_vma *mapping;
	atomic_t         mapcount;
} folio;
static GHOST bool unlinked;

#include "../include/anon_vma.h"

INIT
{
	struct anon_vma *root = alloc(anon_vmas), *anon_vma = alloc(anon_vmas);

	root->root = root;
	atomic_set(&root->refcount, 2);		/* of another vma, and of its child */
	anon_vma->root = root;
	atomic_set(&anon_vma->refcount, 1);
	folio.mapping = anon_vma;
	atomic_set(&folio.mapcount, 1);
}

static struct anon_vma *lock_without_second_look(void)
{
	struct anon_vma *anon_vma, *root;

	rcu_read_lock();
	anon_vma = atomic_read(&folio.mapcount) ? READ_ONCE(folio.mapping) : NULL;
	if (anon_vma) {
		root = READ_ONCE(anon_vma->root);
		if (!down_read_trylock(&root->rwsem))
			anon_vma = NULL;
	}
	rcu_read_unlock();
	return anon_vma;
}

THREAD(walk, walkers)
{
	struct anon_vma *anon_vma = second_look ? folio_lock_anon_vma_read(&folio) : lock_without_second_look();

	if (!anon_vma)
		return;
	skip();						/* walks the vmas */
	ASSERT(is_linked, !unlinked);
	up_read(&anon_vma->root->rwsem);
}

THREAD(munmap, 1)
{
	struct anon_vma *anon_vma = folio.mapping, *root = anon_vma->root;

	atomic_dec(&folio.mapcount);
	if (lock_to_unlink)
		down_write(&root->rwsem);
	unlinked = true;
	if (lock_to_unlink)
		up_write(&root->rwsem);
	put_anon_vma(anon_vma);
}

EXPECT(second_look && lock_to_unlink, HOLDS);
EXPECT(second_look && lock_to_unlink && walkers == 2, HOLDS);
EXPECT(!second_look, ASSERTION(is_linked), USE_AFTER_FREE(anon_vmas));
EXPECT(second_look && !lock_to_unlink, ASSERTION(is_linked), USE_AFTER_FREE(anon_vmas));
EXPECT(!typesafe, USE_AFTER_FREE(anon_vmas));
