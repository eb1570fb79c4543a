/*
 * A folio's reference count and its lock.
 *
 * The model defines struct folio, with an atomic_t refcount and a bool locked, before it includes this. The last folio_put()
 * frees the folio. Whoever sleeps in folio_lock() is always woken here: waiting/c14-page-lock-lost-wakeup.c is about how.
 */
#ifndef FOLIO_H
#define FOLIO_H

static inline void folio_get(struct folio *folio)		/* by who has a reference, or keeps it from being freed */
{
	atomic_inc(&folio->refcount);
}

static inline bool folio_try_get(struct folio *folio)		/* not if the count is zero: being freed, or frozen */
{
	return atomic_inc_not_zero(&folio->refcount);
}

static inline void folio_put(struct folio *folio)
{
	if (atomic_dec_and_test(&folio->refcount)) {
		ASSERT(freed_folio_is_unlocked, !folio->locked);
		kfree(folio);
	}
}

static inline bool folio_ref_freeze(struct folio *folio, int expected)
{
	return atomic_cmpxchg(&folio->refcount, expected, 0) == expected;
}

static inline void folio_ref_unfreeze(struct folio *folio, int count)
{
	atomic_set_release(&folio->refcount, count);
}

static inline bool folio_trylock(struct folio *folio)
{
	return !xchg_acquire(&folio->locked, true);
}

static inline void folio_lock(struct folio *folio)
{
	might_sleep();
	ATOMIC { wait_until(!folio->locked); folio->locked = true; }
}

static inline void folio_unlock(struct folio *folio)		/* perhaps another than who locked it: the end of I/O */
{
	smp_store_release(&folio->locked, false);
}

static inline void folio_wait_locked(struct folio *folio)	/* the caller holds a reference */
{
	might_sleep();
	wait_until(!folio->locked);
}

#endif
