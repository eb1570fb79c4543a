#include <lockwalk.h>

struct pte { int present : 1; };
static struct pte pte;

THREAD(t, 1) { WRITE_ONCE(pte.present, 1); }
