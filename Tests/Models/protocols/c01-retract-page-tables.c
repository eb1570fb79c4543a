/*
 * khugepaged takes a page table away from under a file mapping.
 *
 * A page walk may start under the mmap lock, an attached anon_vma's lock or the file's i_mmap lock, any one of them, shared. Who
 * changes a non-terminal entry needs all of them exclusively; or, since 2023, RCU and walkers that recheck the pmd.
 *
 * Source: case c01; 8d3c106e19e8 "mm/khugepaged: take the right locks for page table retraction", 1d65b771bc08.
 */
#include <lockwalk.h>

enum walk { BY_MMAP, BY_IMAP, BY_ANON_VMA };
enum retract { MMAP_WRITE, MMAP_IMAP_WRITE, REFUSE_ANON_VMA, PTLS_AND_RCU };

CONFIG(enum walk, walk, BY_MMAP);
CONFIG(enum retract, retract, REFUSE_ANON_VMA);
CONFIG(bool, recheck, false);           /* walkers look at the pmd again under the ptl */
CONFIG(bool, checks_empty, true);       /* the retractor looks at the ptes first */

struct table {
	spinlock_t ptl;
	bool       pte;                 /* an anonymous page of a private mapping */
};
OBJECTS(struct table, tables, 1);

static struct rw_semaphore mmap_lock, i_mmap, anon_vma;
static spinlock_t pml;
static struct table *pmd;
static bool has_anon_vma;
GHOST static bool lost_anon_page;

INIT
{
	pmd = alloc(tables);
	pmd->pte = !checks_empty;
	has_anon_vma = walk == BY_ANON_VMA;
}

static void walk_lock(void)
{
	if (walk == BY_MMAP)
		down_read(&mmap_lock);
	else if (walk == BY_IMAP)
		down_read(&i_mmap);
	else
		down_read(&anon_vma);
}

static void walk_unlock(void)
{
	switch (walk) {
	case BY_MMAP:
		up_read(&mmap_lock);
		break;
	case BY_IMAP:
		up_read(&i_mmap);
		break;
	case BY_ANON_VMA:
		up_read(&anon_vma);
		break;
	}
}

THREAD(walker, 1)
{
	struct table *table;

	walk_lock();
	if (retract == PTLS_AND_RCU)
		rcu_read_lock();
	table = READ_ONCE(pmd);
	if (table) {
		spin_lock(&table->ptl);
		if (!recheck || READ_ONCE(pmd) == table) {
			ASSERT(table_attached, pmd == table);
			WRITE_ONCE(table->pte, false);
		}
		spin_unlock(&table->ptl);
	}
	if (retract == PTLS_AND_RCU)
		rcu_read_unlock();
	walk_unlock();
}

THREAD(collapse, 1)
{
	struct table *table;
	bool refuse = false;

	if (retract == PTLS_AND_RCU) {
		down_read(&i_mmap);
	} else {
		down_write(&mmap_lock);
		if (retract != MMAP_WRITE)
			down_write(&i_mmap);
		if (retract == REFUSE_ANON_VMA)
			refuse = READ_ONCE(has_anon_vma);
	}
	if (!refuse) {
		spin_lock(&pml);
		table = READ_ONCE(pmd);
		spin_lock_nested(&table->ptl, 1);
		if (checks_empty && READ_ONCE(table->pte)) {
			spin_unlock(&table->ptl);
			spin_unlock(&pml);
		} else {
			WRITE_ONCE(pmd, NULL);
			lost_anon_page = table->pte;
			spin_unlock(&table->ptl);
			spin_unlock(&pml);
			if (retract == PTLS_AND_RCU)
				kfree_rcu(table);
			else
				kfree(table);
		}
	}
	if (retract == PTLS_AND_RCU) {
		up_read(&i_mmap);
	} else {
		if (retract != MMAP_WRITE)
			up_write(&i_mmap);
		up_write(&mmap_lock);
	}
}

INVARIANT(no_anon_page_lost)
{
	return !lost_anon_page;
}

EXPECT(retract == MMAP_WRITE && walk == BY_MMAP,                    HOLDS);                       /* mmap write only: M */
EXPECT(retract == MMAP_WRITE && (walk == BY_IMAP || walk == BY_ANON_VMA),
       USE_AFTER_FREE(tables), ASSERTION(table_attached));                                       /* R */
EXPECT(retract == MMAP_IMAP_WRITE && walk == BY_IMAP,               HOLDS);                       /* + imap write */
EXPECT(retract == MMAP_IMAP_WRITE && walk == BY_ANON_VMA,           USE_AFTER_FREE(tables), ASSERTION(table_attached));
EXPECT(retract == REFUSE_ANON_VMA && (walk == BY_MMAP || walk == BY_IMAP || walk == BY_ANON_VMA), HOLDS);   /* 2022 */
EXPECT(retract == PTLS_AND_RCU && recheck && (walk == BY_MMAP || walk == BY_IMAP || walk == BY_ANON_VMA), HOLDS); /* 2023 */
EXPECT(retract == PTLS_AND_RCU && !recheck,                         ASSERTION(table_attached));   /* one does not recheck */
EXPECT(retract == PTLS_AND_RCU && recheck && !checks_empty,         VIOLATED(no_anon_page_lost)); /* lost anon page */
