#include <lockwalk.h>

struct pte {
        u8 present : 9;
};

THREAD(t, 1) { skip(); }
