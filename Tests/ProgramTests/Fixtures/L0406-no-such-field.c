#include <lockwalk.h>

struct page { int refs; };
static struct page page;

THREAD(t, 1) { page.reffs = 1; }
