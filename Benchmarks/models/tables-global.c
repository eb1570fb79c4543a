/*
 * W walkers and F freers over P pmd entries and P page tables, as in tables.c, but with one lock round all that looks at
 * or changes a pmd entry, as an mm once had its page_table_lock. No PTL is taken in a freed table.
 */
#include <lockwalk.h>

CONFIG(int, W, 2);
CONFIG(int, F, 1);
CONFIG(int, P, 2);

struct table {
	spinlock_t ptl;
	refcount_t ref;
	u1         pte;
};
OBJECTS(struct table, tables, P);

static spinlock_t    page_table_lock;   /* of all pmd entries */
static struct table *pmd[P];

THREAD(walker, W)
{
	struct table *t;
	u2 i;
	u1 v;

	for (;;) {
		i = pick(0, P - 1);
		spin_lock(&page_table_lock);
		t = READ_ONCE(pmd[i]);
		if (t)
			refcount_inc(&t->ref);
		spin_unlock(&page_table_lock);
		if (!t)
			goto fault;
		spin_lock(&t->ptl);
		v = READ_ONCE(t->pte);
		WRITE_ONCE(t->pte, 1 - v);
		spin_unlock(&t->ptl);
		if (refcount_dec_and_test(&t->ref))
			kfree(t);
		continue;
fault:
		t = alloc(tables);
		if (!t)
			continue;
		refcount_set(&t->ref, 1);
		spin_lock(&page_table_lock);
		if (!READ_ONCE(pmd[i])) {
			WRITE_ONCE(pmd[i], t);
			spin_unlock(&page_table_lock);
			continue;
		}
		spin_unlock(&page_table_lock);
		kfree(t);
	}
}

THREAD(freer, F)
{
	struct table *t;
	u2 i;

	for (;;) {
		i = pick(0, P - 1);
		spin_lock(&page_table_lock);
		t = READ_ONCE(pmd[i]);
		if (!t) {
			spin_unlock(&page_table_lock);
			continue;
		}
		WRITE_ONCE(pmd[i], NULL);
		spin_unlock(&page_table_lock);
		spin_lock(&t->ptl);
		WRITE_ONCE(t->pte, 0);
		spin_unlock(&t->ptl);
		if (refcount_dec_and_test(&t->ref))
			kfree(t);
	}
}

EXPECT(true, HOLDS);
