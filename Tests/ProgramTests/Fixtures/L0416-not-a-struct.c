#include <lockwalk.h>

struct page { int refs; };
static struct page page;
static struct page *head = &page;

THREAD(t, 1) { head.refs = 1; }
