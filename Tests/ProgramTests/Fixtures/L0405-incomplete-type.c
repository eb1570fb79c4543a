#include <lockwalk.h>

struct page;
static struct page page;

THREAD(t, 1) { skip(); }
