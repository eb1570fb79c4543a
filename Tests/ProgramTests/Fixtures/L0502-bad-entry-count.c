#include <lockwalk.h>

struct page { int data; };
TLB(struct page *, tlb, 0);

THREAD(user, 1) { skip(); }
