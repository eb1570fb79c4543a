/* A function that assigns through a pointer only when it succeeds; its caller looks at the result first. */
#include <lockwalk.h>

struct table { spinlock_t ptl; u2 pte; };
OBJECTS(struct table, tables, 1);

static struct table *pmd;

static bool map_lock(u2 **ptep, spinlock_t **ptlp)
{
	struct table *table = READ_ONCE(pmd);

	if (!table)
		return false;
	*ptlp = &table->ptl;
	spin_lock(*ptlp);
	*ptep = &table->pte;
	return true;
}

static int find(struct table **tablep)
{
	struct table *table = READ_ONCE(pmd);

	if (!table)
		return -11;
	*tablep = table;
	return 0;
}

THREAD(fault, 2)
{
	spinlock_t *ptl;
	u2 *pte;

	if (!map_lock(&pte, &ptl))
		return;
	WRITE_ONCE(*pte, READ_ONCE(*pte) + 1);
	spin_unlock(ptl);
}

THREAD(look, 1)
{
	struct table *table;
	int again, err;

	for (again = 0; again < 2; again++) {
		err = find(&table);
		if (err)
			continue;
		READ_ONCE(table->pte);
	}
}

THREAD(install, 1) { WRITE_ONCE(pmd, alloc(tables)); }

FINALLY(at_most_both) { return pmd->pte <= 2; }
SOMETIMES(both) { return pmd && pmd->pte == 2; }

EXPECT(true, HOLDS);
