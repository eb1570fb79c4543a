#include <lockwalk.h>

struct page { int refs; };
OBJECTS(struct page, pages, 2);

THREAD(t, 1) { call_rcu(alloc(pages), put_page); }
