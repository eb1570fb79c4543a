/*
 * A hash bucket is searched under RCU; what is found is pinned by a refcount that must not come back from zero.
 *
 * Source: Documentation/RCU/rcuref.rst, "Reference counting on elements of lists/arrays protected by RCU"; own choice.
 */
#include <lockwalk.h>

enum pin { INC, INC_NOT_ZERO, NO_PIN };

CONFIG(enum pin, pin, INC_NOT_ZERO);
CONFIG(bool, frees_by_rcu, true);
CONFIG(bool, unlinks_before_put, true);
CONFIG(int, lookups, 2);

struct element {
	struct element *next;
	u2              key;
	refcount_t      refs;
};
OBJECTS(struct element, elements, 2);

static struct element *bucket;
static spinlock_t bucket_lock;

INIT
{
	struct element *one = alloc(elements), *two = alloc(elements);

	one->key = 1;
	refcount_set(&one->refs, 1);
	two->key = 2;
	refcount_set(&two->refs, 1);
	one->next = two;
	bucket = one;
}

static void put(struct element *element)
{
	if (!refcount_dec_and_test(&element->refs))
		return;
	if (frees_by_rcu)
		kfree_rcu(element);
	else
		kfree(element);
}

static struct element *lookup(u2 key)
{
	struct element *element;

	rcu_read_lock();
	for (element = rcu_dereference(bucket); element; element = rcu_dereference(element->next)) {
		if (element->key != key)
			continue;
		if (pin == INC)
			refcount_inc(&element->refs);
		if (pin == INC_NOT_ZERO && !refcount_inc_not_zero(&element->refs))
			element = NULL;
		break;
	}
	rcu_read_unlock();
	return element;
}

THREAD(user, lookups)
{
	struct element *element = lookup(2);

	if (!element)
		return;
	ASSERT(right_key, element->key == 2);
	READ_ONCE(element->key);
	if (pin != NO_PIN)
		put(element);
}

THREAD(remover, 1)
{
	struct element *one, *two;

	spin_lock(&bucket_lock);
	one = READ_ONCE(bucket);
	two = READ_ONCE(one->next);
	if (!unlinks_before_put)
		put(two);
	WRITE_ONCE(one->next, NULL);            /* hlist_del_rcu() */
	spin_unlock(&bucket_lock);
	if (unlinks_before_put)
		put(two);
}

EXPECT(pin == INC_NOT_ZERO && (lookups == 1 || lookups == 2), HOLDS);
EXPECT(pin == INC,                                            REFCOUNT);
EXPECT(pin == NO_PIN,                                         USE_AFTER_FREE(elements));
EXPECT(!frees_by_rcu,                                         USE_AFTER_FREE(elements));
EXPECT(!unlinks_before_put,                                   USE_AFTER_FREE(elements));  /* found after the grace period began */
