#include <lockwalk.h>

struct pte { bool present; bool dirty; };
static struct pte pte = { 1, 0, 1 };

THREAD(t, 1) { pte.dirty = 1; }
