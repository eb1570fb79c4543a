#include <lockwalk.h>

static int count;
GHOST int phase;

THREAD(t, 1)
{
        count = 1;
        phase = 1;
        phase = 2;
}
INVARIANT(order) { return phase <= 2; }
