#include <lockwalk.h>

struct pmd { int value; };
static struct pmd pmd;

THREAD(t, 1) { ATOMIC { if (pmd) skip(); } }
