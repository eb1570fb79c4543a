#include <lockwalk.h>

struct pte { u4 pfn; bool present; };
static struct pte pte;

THREAD(t, 1) { struct pte mine = pte; pte.pfn = mine.pfn; }
