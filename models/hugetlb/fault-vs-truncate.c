/*
 * A hugetlb fault against truncation: who removes the page that the fault has just put into the page cache?
 *
 * The fault looks at i_size, and if there is no page, puts a new one into the page cache and maps it; faults on one page take
 * turns by the fault mutex. Truncation sets i_size, unmaps the range, and removes the pages from the cache. A fault that
 * has seen the old i_size may add a page after that. So i_size is looked at under the fault mutex, and truncation takes
 * that mutex for each page, there or not; then it unmaps it, if a fault has mapped it again, with the folio lock held.
 *
 * Source: Mike Kravetz, "hugetlb: handle truncate racing with page faults" (2022), after 87bf91d39bb5 and its revert.
 */
#include <lockwalk.h>

CONFIG(bool, size_under_mutex, true);		/* the fault looks at i_size with the mutex held */
CONFIG(bool, mutex_per_page, true);		/* truncation takes it, even where it finds no page yet */
CONFIG(bool, unmap_again, true);		/* truncation unmaps a page that it finds mapped */
CONFIG(int, faults, 1);

struct folio {
	atomic_t refcount;			/* the page cache's, and the PTE's */
	bool     locked;
};
OBJECTS(struct folio, folios, 2);

#include "../include/folio.h"

static struct inode {
	bool                size;		/* the page is within i_size */
	struct mutex        fault_mutex;
	struct folio       *cache;
	struct rw_semaphore i_mmap_rwsem;
} inode;
static spinlock_t ptl;
static struct folio *pte;

INIT { inode.size = true; }

static void unmap(void)
{
	struct folio *folio;

	spin_lock(&ptl);
	folio = xchg(&pte, NULL);
	spin_unlock(&ptl);
	if (folio)
		folio_put(folio);
}

static void map_page(void)			/* hugetlb_no_page() */
{
	struct folio *folio = READ_ONCE(inode.cache);

	if (!folio) {
		folio = alloc(folios);
		atomic_set(&folio->refcount, 1);
		folio_trylock(folio);
		WRITE_ONCE(inode.cache, folio);
	} else {
		folio_lock(folio);		/* the fault mutex keeps it in the cache */
	}
	spin_lock(&ptl);
	if (!READ_ONCE(pte)) {
		folio_get(folio);
		WRITE_ONCE(pte, folio);
	}
	spin_unlock(&ptl);
	folio_unlock(folio);
}

THREAD(fault, faults)
{
	bool within = true;

	if (!size_under_mutex)
		within = READ_ONCE(inode.size);
	mutex_lock(&inode.fault_mutex);
	if (size_under_mutex)
		within = READ_ONCE(inode.size);
	if (within)
		map_page();
	mutex_unlock(&inode.fault_mutex);
}

THREAD(truncate, 1)
{
	struct folio *folio;

	WRITE_ONCE(inode.size, false);
	down_write(&inode.i_mmap_rwsem);	/* hugetlb_vmdelete_list() */
	unmap();
	up_write(&inode.i_mmap_rwsem);

	folio = READ_ONCE(inode.cache);		/* remove_inode_hugepages() */
	if (!folio && !mutex_per_page)
		return;
	mutex_lock(&inode.fault_mutex);
	folio = READ_ONCE(inode.cache);
	if (folio) {
		folio_lock(folio);
		if (unmap_again)
			unmap();
		WRITE_ONCE(inode.cache, NULL);
		folio_unlock(folio);
		folio_put(folio);
	}
	mutex_unlock(&inode.fault_mutex);
}

FINALLY(nothing_beyond_size) { return !inode.cache && !pte; }
CHECK(LEAK);

EXPECT(size_under_mutex && mutex_per_page && unmap_again, HOLDS);
EXPECT(faults == 2, HOLDS);
EXPECT(!size_under_mutex, VIOLATED(nothing_beyond_size));
EXPECT(!mutex_per_page, VIOLATED(nothing_beyond_size));
EXPECT(!unmap_again, VIOLATED(nothing_beyond_size));
