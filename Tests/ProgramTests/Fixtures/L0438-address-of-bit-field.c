#include <lockwalk.h>

struct pte { int present : 1; };
static struct pte pte;

THREAD(t, 1) { xchg(&pte.present, 1); }
