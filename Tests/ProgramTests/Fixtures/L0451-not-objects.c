#include <lockwalk.h>

struct page { int refs; };
OBJECTS(struct page, pages, 2);

THREAD(t, 1) { struct page *p = alloc(page); kfree(p); }
