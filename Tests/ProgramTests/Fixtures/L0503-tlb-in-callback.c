#include <lockwalk.h>

struct page { int data; };
OBJECTS(struct page, pages, 1);
TLB(struct page *, tlb, 1);

static void free_page(struct page *p)
{
        tlb_flush_local(tlb, ALL_ENTRIES);
        kfree(p);
}

THREAD(zap, 1)
{
        struct page *p = alloc(pages);

        call_rcu(p, free_page);
}
