/*
 * Finding and locking the anon_vma of a folio that may be unmapped at any time.
 *
 * The model defines struct anon_vma, with a struct anon_vma *root, a struct rw_semaphore rwsem and an atomic_t refcount, and
 * struct folio, with a struct anon_vma *mapping and an atomic_t mapcount, before it includes this. The OBJECTS of struct
 * anon_vma are SLAB_TYPESAFE_BY_RCU. A child has a reference on its root; a vma, on its anon_vma.
 */
#ifndef ANON_VMA_H
#define ANON_VMA_H

/* Who has the lock may still be looking at the anon_vma: wait for him. */
static inline void anon_vma_free(struct anon_vma *anon_vma)
{
	if (rwsem_is_locked(&anon_vma->root->rwsem)) {
		down_write(&anon_vma->root->rwsem);
		up_write(&anon_vma->root->rwsem);
	}
	kfree(anon_vma);
}

static inline void __put_anon_vma(struct anon_vma *anon_vma)
{
	struct anon_vma *root = anon_vma->root;

	anon_vma_free(anon_vma);
	if (root != anon_vma && atomic_dec_and_test(&root->refcount))
		anon_vma_free(root);
}

static inline void put_anon_vma(struct anon_vma *anon_vma)
{
	if (atomic_dec_and_test(&anon_vma->refcount))
		__put_anon_vma(anon_vma);
}

/* The anon_vma, its root locked for read; or NULL, if the folio is not mapped. */
static inline struct anon_vma *folio_lock_anon_vma_read(struct folio *folio)
{
	struct anon_vma *anon_vma, *root;

	rcu_read_lock();
	anon_vma = READ_ONCE(folio->mapping);
	if (!anon_vma || !atomic_read(&folio->mapcount))
		goto fail;
	root = READ_ONCE(anon_vma->root);
	if (down_read_trylock(&root->rwsem)) {
		/* Mapped, now that we hold the lock which it takes to free the anon_vma: then it stays, and its root. */
		if (!atomic_read(&folio->mapcount)) {
			up_read(&root->rwsem);
			goto fail;
		}
		rcu_read_unlock();
		return anon_vma;
	}

	if (!atomic_inc_not_zero(&anon_vma->refcount))		/* to sleep, we need a reference */
		goto fail;
	rcu_read_unlock();
	if (!atomic_read(&folio->mapcount)) {
		put_anon_vma(anon_vma);
		return NULL;
	}
	down_read(&anon_vma->root->rwsem);
	if (atomic_dec_and_test(&anon_vma->refcount)) {
		up_read(&anon_vma->root->rwsem);		/* it has been unmapped, and we were the last */
		__put_anon_vma(anon_vma);
		return NULL;
	}
	return anon_vma;
fail:
	rcu_read_unlock();
	return NULL;
}

#endif
