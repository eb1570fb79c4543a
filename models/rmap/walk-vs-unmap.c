/*
 * The rmap walk of today against munmap: why is the folio's mapcount looked at again, under the lock?
 *
 * folio_lock_anon_vma_read() finds the anon_vma under RCU, locks its root, and looks whether the folio is still mapped; if it
 * has to wait for the lock, it takes a reference first. munmap drops the folio's mapping, unlinks its vma under the root's
 * lock, puts the anon_vma, and frees the vma. Another task gets the same anon_vma, as its own root. A model to start from: the
 * rule itself is models/include/anon_vma.h.
 *
 * Source: mm/rmap.c; 88c22088bf23 "mm: optimize page_lock_anon_vma() fast-path" (2011).
 */
#include <lockwalk.h>

CONFIG(bool, second_look, true);		/* the walker looks at the mapcount again, under the lock */
CONFIG(bool, lock_to_unlink, true);		/* munmap unlinks the vma under the root's lock */
CONFIG(bool, typesafe, true);
CONFIG(int, walkers, 1);

struct vma { bool flags; };
OBJECTS(struct vma, vmas, 2);

struct anon_vma {
	struct anon_vma    *root;
	struct rw_semaphore rwsem;
	atomic_t            refcount;
	struct vma         *vma;		/* its list */
};
OBJECTS(struct anon_vma, anon_vmas, 2, typesafe ? SLAB_TYPESAFE_BY_RCU : 0);

static struct folio {
	struct anon_vma *mapping;
	atomic_t         mapcount;
} folio;
static struct anon_vma *other;			/* the root, of a vma that stays */

#include "../include/anon_vma.h"

INIT
{
	struct anon_vma *root = alloc(anon_vmas), *anon_vma = alloc(anon_vmas);

	other = root;
	root->root = root;
	atomic_set(&root->refcount, 2);		/* of its vma, and of the child */
	anon_vma->root = root;
	anon_vma->vma = alloc(vmas);
	atomic_set(&anon_vma->refcount, 1);
	folio.mapping = anon_vma;
	atomic_set(&folio.mapcount, 1);
}

static struct anon_vma *lock_without_second_look(struct anon_vma **root)
{
	struct anon_vma *anon_vma;

	rcu_read_lock();
	anon_vma = atomic_read(&folio.mapcount) ? READ_ONCE(folio.mapping) : NULL;
	if (anon_vma) {
		*root = READ_ONCE(anon_vma->root);
		if (!down_read_trylock(&(*root)->rwsem))
			anon_vma = NULL;
	}
	rcu_read_unlock();
	return anon_vma;
}

THREAD(walk, walkers)
{
	struct anon_vma *anon_vma, *root = NULL;
	struct vma *vma;

	if (second_look)
		anon_vma = folio_lock_anon_vma_read(&folio);
	else
		anon_vma = lock_without_second_look(&root);
	if (!anon_vma)
		return;
	vma = READ_ONCE(anon_vma->vma);
	if (vma)
		READ_ONCE(vma->flags);
	up_read(second_look ? &anon_vma->root->rwsem : &root->rwsem);
}

static void unlink_and_free(struct anon_vma *anon_vma, bool locked)
{
	struct anon_vma *root = anon_vma->root;
	struct vma *vma = anon_vma->vma;

	if (locked)
		down_write(&root->rwsem);
	WRITE_ONCE(anon_vma->vma, NULL);
	if (locked)
		up_write(&root->rwsem);
	put_anon_vma(anon_vma);
	kfree(vma);
}

THREAD(munmap, 1)
{
	atomic_dec(&folio.mapcount);
	unlink_and_free(folio.mapping, lock_to_unlink);
}

THREAD(another_task, 1)
{
	struct anon_vma *anon_vma = alloc(anon_vmas);
	struct vma *vma = alloc(vmas);

	if (!anon_vma)
		return;
	WRITE_ONCE(anon_vma->root, anon_vma);
	atomic_set(&anon_vma->refcount, 1);
	down_write(&anon_vma->rwsem);
	WRITE_ONCE(anon_vma->vma, vma);
	up_write(&anon_vma->rwsem);
	unlink_and_free(anon_vma, true);
}

THREAD(other_mmap, 1)				/* somebody else wants the root's lock */
{
	down_write(&other->rwsem);
	up_write(&other->rwsem);
}

EXPECT(second_look && lock_to_unlink, HOLDS);
EXPECT(second_look && lock_to_unlink && walkers == 2, HOLDS);
EXPECT(!second_look, USE_AFTER_FREE);
EXPECT(!lock_to_unlink && walkers == 2, USE_AFTER_FREE(vmas));	/* one alone is waited for by anon_vma_free() */
EXPECT(!typesafe, USE_AFTER_FREE(anon_vmas));
