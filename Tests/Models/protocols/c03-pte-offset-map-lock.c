/*
 * pte_offset_map_lock() may fail: the table is found under RCU, locked, and the pmd looked at again.
 *
 * Source: case c03; Hugh Dickins 0d940a9b270b, 1d65b771bc08; Documentation/mm/process_addrs.rst.
 */
#include <lockwalk.h>

enum recheck { NO_RECHECK, IS_A_TABLE, SAME_TABLE };
enum rcu { NO_RCU, ENDS_BEFORE_LOCK, ENDS_AFTER_UNLOCK };

CONFIG(enum recheck, recheck, SAME_TABLE);
CONFIG(enum rcu, rcu, ENDS_AFTER_UNLOCK);
CONFIG(bool, takes_ptl, true);          /* the retractor takes the ptl too */
CONFIG(bool, frees_by_rcu, true);
CONFIG(int, faults, 0);                 /* later faults install a second table */
CONFIG(bool, pml_reader, false);        /* a reader that takes the pml only */
CONFIG(bool, retries, false);           /* the caller goes to again: when it fails */
CONFIG(bool, sleeps, false);            /* the caller allocates between map and unmap */

struct table {
	spinlock_t ptl;
	u2         pte;
};
OBJECTS(struct table, tables, 1 + faults);

static spinlock_t pml;
static struct mutex slab;
static struct table *pmd;

INIT { pmd = alloc(tables); }

static struct table *map_lock(void)
{
	struct table *table;
	enum recheck kind = recheck;

	if (rcu != NO_RCU)
		rcu_read_lock();
	table = READ_ONCE(pmd);
	if (rcu == ENDS_BEFORE_LOCK)
		rcu_read_unlock();
	if (table) {
		struct table *now = table;

		spin_lock(&table->ptl);
		if (kind != NO_RECHECK)
			now = READ_ONCE(pmd);
		if (kind == IS_A_TABLE ? now != NULL : now == table)
			return table;
		spin_unlock(&table->ptl);
	}
	if (rcu == ENDS_AFTER_UNLOCK)
		rcu_read_unlock();
	return NULL;
}

static void unmap_unlock(struct table *table)
{
	spin_unlock(&table->ptl);
	if (rcu == ENDS_AFTER_UNLOCK)
		rcu_read_unlock();
}

THREAD(writer, 1)
{
	struct table *table;

again:
	table = map_lock();
	if (!table) {
		if (retries && faults)
			goto again;
		return;
	}
	if (sleeps) {
		mutex_lock(&slab);
		mutex_unlock(&slab);
	}
	WRITE_ONCE(table->pte, 1);
	ASSERT(not_lost, pmd == table);
	unmap_unlock(table);
}

THREAD(reader, pml_reader)
{
	struct table *table;

	spin_lock(&pml);
	table = READ_ONCE(pmd);
	if (table)
		READ_ONCE(table->pte);
	spin_unlock(&pml);
}

THREAD(retract, 1)
{
	struct table *table;

	spin_lock(&pml);
	table = READ_ONCE(pmd);
	if (takes_ptl)
		spin_lock(&table->ptl);
	if (READ_ONCE(table->pte)) {
		if (takes_ptl)
			spin_unlock(&table->ptl);
		spin_unlock(&pml);
		return;
	}
	WRITE_ONCE(pmd, NULL);
	if (takes_ptl)
		spin_unlock(&table->ptl);
	spin_unlock(&pml);
	if (frees_by_rcu)
		kfree_rcu(table);
	else
		kfree(table);
}

THREAD(fault, faults)
{
	struct table *table = alloc(tables);

	if (!table)
		return;
	spin_lock(&pml);
	if (READ_ONCE(pmd))
		kfree(table);
	else
		WRITE_ONCE(pmd, table);
	spin_unlock(&pml);
}

EXPECT(recheck == SAME_TABLE && (faults == 0 || faults == 1), HOLDS);                    /* as above */
EXPECT(rcu == NO_RCU || rcu == ENDS_BEFORE_LOCK,  USE_AFTER_FREE(tables));               /* no rcu{}; ends before lock() */
EXPECT(recheck == NO_RECHECK,                     ASSERTION(not_lost));                  /* no recheck */
EXPECT(recheck == IS_A_TABLE && faults == 0,      HOLDS);                                /* no T2 to be fooled by */
EXPECT(recheck == IS_A_TABLE && faults == 1,      ASSERTION(not_lost));                  /* only "is a table" */
EXPECT(!takes_ptl,                                ASSERTION(not_lost));                  /* pml only */
EXPECT(!frees_by_rcu,                             USE_AFTER_FREE(tables));               /* without grace period */
EXPECT(pml_reader && (faults == 0 || faults == 1), HOLDS);                               /* reader under pml */
EXPECT(retries && faults == 1,                    HOLDS);                                /* again: on fail */
EXPECT(sleeps,                                    SLEEP_IN_ATOMIC);                      /* sleeps in between */
