#include <lockwalk.h>

static int tlb;

THREAD(t, 1) { tlb_flush_local(tlb, 0); }
