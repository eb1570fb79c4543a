/* READ_ONCE and WRITE_ONCE move a whole struct in one step; field by field it can be torn. */
#include <lockwalk.h>

CONFIG(bool, whole, true);

typedef struct { u3 pfn, copy; } pte_t;

static pte_t pte;

THREAD(writer, 1)
{
	if (whole) {
		WRITE_ONCE(pte, ((pte_t){ 5, 5 }));
	} else {
		WRITE_ONCE(pte.pfn, 5);
		WRITE_ONCE(pte.copy, 5);
	}
}

THREAD(reader, 1)
{
	pte_t old = READ_ONCE(pte);

	ASSERT(not_torn, old.pfn == old.copy);
}

EXPECT(whole,  HOLDS);
EXPECT(!whole, ASSERTION(not_torn));
