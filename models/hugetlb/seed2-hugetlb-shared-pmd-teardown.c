/*
 * hugetlbfs: sharing a page table with a process that is tearing it down.
 *
 * A fault in process A finds another vma of the file, B's, in i_mmap and shares the page table behind B's pud. When B
 * unmaps, it unshares the table if that has another user; else it zaps the entries and leaves its pud set, so that
 * free_pgtables() frees the table. If A shares it in between, B finds an entry where there must be none ("bad pmd"), and
 * destroys a table that A uses. The page_table_locks do not help, each mm has its own; only i_mmap_mutex is common.
 *
 * mms[1], which is B, has the page table at the start. Sharer n works for mms[n] and looks at the other mm; teardown n
 * is of the mm that sharer n looks at.
 *
 * Source: Mel Gorman, 2012-07-18, "[RFC PATCH] mm: hugetlbfs: Close race during teardown of hugetlbfs shared page
 * tables", V1 and V2, with the answers of Hugh Dickins, Michal Hocko and Larry Woodman; landed as d833352a4338.
 */
#include <lockwalk.h>

enum peer_lock { NO_LOCK, TRYLOCK, LOCK_INSIDE, LOCK_OUTSIDE };
CONFIG(enum peer_lock, peer_lock, NO_LOCK);	/* A on B's mmap_sem, within i_mmap_mutex or before it */
CONFIG(bool, retry, true);			/* the trylock, until it succeeds (V1) */
CONFIG(bool, skip_held, false);			/* no trylock on an mmap_sem that we hold (V2) */

enum last { KEEP_PUD, CLEAR_PUD, CLEAR_FLAG, CLEAR_FLAG_LATE, CLEAR_FLAG_ALWAYS };
CONFIG(enum last, last, CLEAR_FLAG);		/* B after the zap: VM_MAYSHARE goes (_LATE: without i_mmap_mutex) */
CONFIG(bool, free_empty_pud, true);		/* free_pgtables() frees the level above a cleared pud, too */

enum actor { FAULT, FORK, TWO_FORKS, TWO_FAULTS };
CONFIG(enum actor, actor, FAULT);		/* A, or both; a fork has the parent's mmap_sem for write */

enum teardown { MUNMAP, EXIT, TRUNCATE };
CONFIG(enum teardown, teardown, MUNMAP);	/* EXIT takes no mmap_sem, TRUNCATE leaves the vma */

enum judge { MEMORY, SHARING, UPPER_LEVEL };
CONFIG(enum judge, judge, MEMORY);		/* judge that, too, when all have ended */

CONFIG(enum lw_locks, locks, WRITER_QUEUED);
LOCKS(locks);

struct ptpage {
	u2   users;				/* under i_mmap_mutex */
	bool entry;
};
OBJECTS(struct ptpage, ptpages, 1);

static struct mm {
	struct rw_semaphore mmap_sem;
	spinlock_t          page_table_lock;
	struct ptpage      *pud;
	bool                upper;		/* the page that holds the pud */
	bool                in_i_mmap;		/* its vma */
	bool                mayshare;
} mms[2];
static struct mutex i_mmap_mutex;

INIT
{
	mms[0].upper = mms[1].upper = true;
	mms[0].in_i_mmap = mms[1].in_i_mmap = true;
	mms[0].mayshare = mms[1].mayshare = true;
	mms[1].pud = alloc(ptpages);
	mms[1].pud->users = 1;
}

/* Under i_mmap_mutex. */
static void share(struct mm *mm, struct mm *peer)
{
	struct ptpage *pt = READ_ONCE(peer->pud);

	if (!pt)
		return;
	pt->users++;
	spin_lock(&mm->page_table_lock);
	if (!mm->pud)
		WRITE_ONCE(mm->pud, pt);
	else
		pt->users--;
	spin_unlock(&mm->page_table_lock);
}

THREAD(sharer, actor == TWO_FORKS || actor == TWO_FAULTS ? 2 : 1)
{
	struct mm *mm = &mms[self], *peer = &mms[1 - self];
	struct mm *held = actor == FORK ? peer : mm;
	bool locked = false, allowed = true;
	struct ptpage *pt;

	if (actor == FORK || actor == TWO_FORKS)
		down_write(&held->mmap_sem);
	else
		down_read(&held->mmap_sem);

	if (peer_lock == LOCK_OUTSIDE) {	/* found in i_mmap, and i_mmap_mutex dropped */
		down_read_nested(&peer->mmap_sem, 1);
		locked = true;
	}
again:
	mutex_lock(&i_mmap_mutex);
	if (peer->in_i_mmap && READ_ONCE(peer->mayshare)) {
		if (peer_lock == LOCK_INSIDE) {
			down_read_nested(&peer->mmap_sem, 1);
			locked = true;
		} else if (peer_lock == TRYLOCK && !(skip_held && peer == held)) {
			locked = allowed = down_read_trylock(&peer->mmap_sem);
			if (!locked && retry) {
				mutex_unlock(&i_mmap_mutex);
				goto again;
			}
		}
		if (allowed)
			share(mm, peer);
	}
	if (locked)
		up_read(&peer->mmap_sem);
	mutex_unlock(&i_mmap_mutex);

	spin_lock(&mm->page_table_lock);
	pt = mm->pud;				/* none: a table of its own, no concern of ours */
	if (pt)
		WRITE_ONCE(pt->entry, true);
	spin_unlock(&mm->page_table_lock);

	if (actor == FORK || actor == TWO_FORKS)
		up_write(&held->mmap_sem);
	else
		up_read(&held->mmap_sem);
}

THREAD(teardown, actor == TWO_FORKS ? 0 : actor == TWO_FAULTS ? 2 : 1)
{
	struct mm *mm = &mms[1 - self];
	struct ptpage *pt, *gather = NULL;

	if (teardown == MUNMAP)
		down_write(&mm->mmap_sem);

	/* unmap_hugepage_range() */
	mutex_lock(&i_mmap_mutex);
	spin_lock(&mm->page_table_lock);
	pt = mm->pud;
	if (pt && pt->users > 1) {
		WRITE_ONCE(mm->pud, NULL);
		pt->users--;
	} else if (pt) {
		WRITE_ONCE(pt->entry, false);
		if (last == CLEAR_PUD) {
			WRITE_ONCE(mm->pud, NULL);
			gather = pt;
		}
	}
	spin_unlock(&mm->page_table_lock);
	if ((last == CLEAR_FLAG && teardown != TRUNCATE) || last == CLEAR_FLAG_ALWAYS)
		WRITE_ONCE(mm->mayshare, false);
	mutex_unlock(&i_mmap_mutex);
	if (teardown == TRUNCATE)
		return;
	if (last == CLEAR_FLAG_LATE)
		WRITE_ONCE(mm->mayshare, false);

	/* unlink_file_vma() */
	mutex_lock(&i_mmap_mutex);
	mm->in_i_mmap = false;
	mutex_unlock(&i_mmap_mutex);

	/* free_pgtables() */
	pt = READ_ONCE(mm->pud);
	if (pt) {
		WRITE_ONCE(mm->pud, NULL);
		ASSERT(bad_pmd, !pt->entry);
	}
	if (pt || free_empty_pud)
		mm->upper = false;
	kfree(pt);
	kfree(gather);

	if (teardown == MUNMAP)
		up_write(&mm->mmap_sem);
}

FINALLY(is_shared) { return judge != SHARING || mms[0].pud; }
FINALLY(upper_level_is_freed) { return judge != UPPER_LEVEL || !mms[1].upper; }
EVENTUALLY(sharing_ends) { return ended(sharer, 0) && ended(sharer, 1); }

EXPECT(last == KEEP_PUD, ASSERTION(bad_pmd), USE_AFTER_FREE(ptpages));				/* a */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && teardown == MUNMAP, HOLDS);			/* b */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && teardown == EXIT,
       ASSERTION(bad_pmd), USE_AFTER_FREE(ptpages));						/* c */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK, LIVELOCK(sharing_ends), UNFAIR);		/* d */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK, LIVELOCK(sharing_ends), WEAK);			/* d */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK, HOLDS, STRONG);				/* d */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && locks == FIFO, HOLDS, WEAK);			/* d, FIFO mutex */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && actor == FORK,
       LIVELOCK(sharing_ends), STRONG);								/* e */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && skip_held && actor == FORK, HOLDS, UNFAIR);	/* f, e fixed */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && skip_held && (actor == FORK || actor == FAULT), HOLDS); /* f */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && skip_held && teardown == EXIT,
       ASSERTION(bad_pmd), USE_AFTER_FREE(ptpages));						/* f, c remains */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && skip_held && actor == TWO_FORKS,
       LIVELOCK(sharing_ends), STRONG);								/* g */
EXPECT(last == KEEP_PUD && peer_lock == LOCK_INSIDE, DEADLOCK);					/* h */
EXPECT(last == KEEP_PUD && peer_lock == LOCK_OUTSIDE && actor == TWO_FAULTS
       && locks == WRITER_QUEUED, DEADLOCK);							/* i */
EXPECT(last == KEEP_PUD && peer_lock == LOCK_OUTSIDE && actor == TWO_FAULTS
       && locks == READER_PREFERENCE, HOLDS);							/* i, readers first */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && !retry && teardown == MUNMAP, HOLDS);	/* j, like b */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && !retry && teardown == EXIT,
       ASSERTION(bad_pmd), USE_AFTER_FREE(ptpages));						/* j, like c */
EXPECT(last == KEEP_PUD && peer_lock == TRYLOCK && !retry, HOLDS, UNFAIR);			/* j, terminates */
EXPECT(last == CLEAR_PUD && (teardown == MUNMAP || teardown == EXIT), HOLDS);			/* k, safety */
EXPECT(last == CLEAR_PUD && judge == UPPER_LEVEL && !free_empty_pud,
       VIOLATED(upper_level_is_freed));								/* k, the leak */
EXPECT(last == CLEAR_PUD && judge == UPPER_LEVEL && free_empty_pud, HOLDS);			/* k */
EXPECT(last == CLEAR_FLAG && (teardown == MUNMAP || teardown == EXIT), HOLDS);			/* l */
EXPECT(last == CLEAR_FLAG && (teardown == MUNMAP || teardown == EXIT), HOLDS, UNFAIR);		/* l, terminates */
EXPECT(last == CLEAR_FLAG_LATE, ASSERTION(bad_pmd), USE_AFTER_FREE(ptpages));			/* m */
EXPECT(last == CLEAR_FLAG_ALWAYS && (teardown == MUNMAP || teardown == TRUNCATE), HOLDS);	/* n, memory */
EXPECT(last == CLEAR_FLAG_ALWAYS && teardown == TRUNCATE && judge == SHARING, VIOLATED(is_shared)); /* n */
EXPECT(last == CLEAR_FLAG && teardown == TRUNCATE && judge == SHARING, HOLDS);			/* n, final only */
