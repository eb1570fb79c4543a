#include <lockwalk.h>

struct page { int refs; };
OBJECTS(struct page, pages, 2);

THREAD(t, 1)
{
        struct page *p = alloc(pages);

        if (p)
                kfree(&p->refs);
}
