#include <lockwalk.h>

struct page { int refs; };
OBJECTS(struct page, pages, 2);
static void put_page(int refs) { }

THREAD(t, 1) { call_rcu(alloc(pages), put_page); }
