/* Freezing takes a count from what is expected to zero, where refcount_inc_not_zero() fails; unfreezing gives it back. Who
 * looks and then sets in two steps lets a reference in between. */
#include <lockwalk.h>

CONFIG(bool, freezes, true);

struct folio {
	refcount_t refs;
	bool used;
};
OBJECTS(struct folio, folios, 1);
static struct folio *slot;

INIT
{
	slot = alloc(folios);
	refcount_set(&slot->refs, 2);
}

THREAD(lookup, 1)
{
	struct folio *f = READ_ONCE(slot);

	if (!refcount_inc_not_zero(&f->refs))
		return;
	WRITE_ONCE(f->used, true);
	refcount_dec(&f->refs);
}

THREAD(split, 1)
{
	struct folio *f = READ_ONCE(slot);

	if (freezes) {
		if (!refcount_freeze(&f->refs, 2))
			return;
	} else {
		if (refcount_read(&f->refs) != 2)
			return;
		refcount_set(&f->refs, 0);
	}
	ASSERT(alone, !f->used || refcount_read(&f->refs) == 0);
	refcount_unfreeze(&f->refs, 2);
}

EXPECT(freezes,  HOLDS);
EXPECT(!freezes, REFCOUNT);
