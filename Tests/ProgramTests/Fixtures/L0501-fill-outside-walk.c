#include <lockwalk.h>

struct page { int data; };
TLB(struct page *, tlb, 1);

THREAD(user, 1) { tlb_fill(tlb, 0, 0, NULL); }
