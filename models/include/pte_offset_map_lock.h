/*
 * Walking to a page table that may go away: pte_offset_map_lock() may fail.
 *
 * The model defines struct ptpage, with its spinlock_t ptl, before it includes this. A table that is unlinked from its pmd
 * under pmd_lock and ptl, and freed by kfree_rcu(), may be walked like this with no other lock held.
 */
#ifndef PTE_OFFSET_MAP_LOCK_H
#define PTE_OFFSET_MAP_LOCK_H

/* The table, locked and linked; or NULL: there is none, or none any more. */
static inline struct ptpage *pte_offset_map_lock(struct ptpage **pmd)
{
	struct ptpage *pt;

	rcu_read_lock();
	pt = READ_ONCE(*pmd);
	if (pt) {
		spin_lock(&pt->ptl);
		if (READ_ONCE(*pmd) == pt)
			return pt;
		spin_unlock(&pt->ptl);
	}
	rcu_read_unlock();
	return NULL;
}

static inline void pte_unmap_unlock(struct ptpage *pt)
{
	spin_unlock(&pt->ptl);
	rcu_read_unlock();
}

/* The table, neither locked nor for sure still linked, but there until pte_unmap(); or NULL. */
static inline struct ptpage *pte_offset_map(struct ptpage **pmd)
{
	struct ptpage *pt;

	rcu_read_lock();
	pt = READ_ONCE(*pmd);
	if (!pt)
		rcu_read_unlock();
	return pt;
}

static inline void pte_unmap(struct ptpage *pt)
{
	rcu_read_unlock();
}

#endif
