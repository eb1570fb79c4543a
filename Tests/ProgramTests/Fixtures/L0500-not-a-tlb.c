#include <lockwalk.h>

struct page { int data; };
TLB(struct page *, tlb, 1);

TLB_WALK(dtlb) { tlb_fill(dtlb, cpu, entry, NULL); }
THREAD(zap, 1) { tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS); }
