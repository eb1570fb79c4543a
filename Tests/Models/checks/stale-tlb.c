/* What came from a TLB is stale, what came from memory is used after it was freed, whatever variable, struct or array it went
 * through on its way. */
#include <lockwalk.h>

enum way { DIRECT, VARIABLE, STRUCT, ARRAY, FUNCTION, MEMORY, MIXED_TLB, MIXED_MEMORY };
CONFIG(enum way, way, DIRECT);

struct page {
	u1 data;
};
struct pte {
	struct page *page;
	bool write;
};
OBJECTS(struct page, pages, 1);

static struct pte pte;
TLB(struct pte, tlb, 2);

INIT
{
	pte.page = alloc(pages);
	pte.write = way != MIXED_MEMORY;
	tlb_fill(tlb, 0, 1, pte);
}

static struct page *look_up(void)
{
	struct pte e;

	return tlb_access(tlb, 1, &e) && e.write ? e.page : READ_ONCE(pte.page);
}

THREAD(user, 1)
{
	struct pte e, copies[2];
	struct page *p = NULL;
	u1 *data;

	if (way == DIRECT) {
		if (tlb_access(tlb, 1, &e))
			WRITE_ONCE(e.page->data, 1);
		return;
	}
	if (way == VARIABLE) {
		if (tlb_access(tlb, 1, &e))
			p = e.page;
	} else if (way == STRUCT) {
		if (tlb_access(tlb, 1, &e)) {
			struct pte other = e;

			p = other.page;
		}
	} else if (way == ARRAY) {
		int i = pick(0, 1);

		copies[0].page = copies[1].page = READ_ONCE(pte.page);
		if (tlb_access(tlb, 1, &e))
			copies[i] = e;
		p = copies[i].page;
	} else if (way == MEMORY) {
		p = READ_ONCE(pte.page);
	} else {
		p = look_up();
	}
	if (!p)
		return;
	data = &p->data;
	WRITE_ONCE(*data, 1);
}

THREAD(zap, 1)
{
	kfree(pte.page);
}

EXPECT(way == DIRECT,       STALE_TLB(pages));
EXPECT(way == VARIABLE,     STALE_TLB(pages));
EXPECT(way == STRUCT,       STALE_TLB(pages));
EXPECT(way == ARRAY,        STALE_TLB(pages));
EXPECT(way == FUNCTION,     STALE_TLB(pages));
EXPECT(way == MEMORY,       USE_AFTER_FREE(pages));
EXPECT(way == MIXED_TLB,    STALE_TLB(pages));
EXPECT(way == MIXED_MEMORY, USE_AFTER_FREE(pages));
