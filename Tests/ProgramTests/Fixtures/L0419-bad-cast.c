#include <lockwalk.h>

struct page { int refs; };
static struct page page;
static unsigned long word;

THREAD(t, 1) { word = (unsigned long)&page; }
