#include <lockwalk.h>

struct page { int refs; };
CONFIG(int, count, 65);
OBJECTS(struct page, pages, count);

THREAD(t, 1) { kfree(alloc(pages)); }
