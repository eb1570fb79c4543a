#include <lockwalk.h>

struct page { int refs; };
struct table { int refs; };
static struct page page;

THREAD(t, 1) { struct table *p = &page; p->refs = 1; }
