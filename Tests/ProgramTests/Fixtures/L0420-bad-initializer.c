#include <lockwalk.h>

struct page { int refs; };
OBJECTS(struct page, pages, 2);
static struct page *head = alloc(pages);

THREAD(t, 1) { head->refs = 1; }
