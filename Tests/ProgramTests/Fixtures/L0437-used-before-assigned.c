#include <lockwalk.h>

static int state;

THREAD(t, 1)
{
        int seen;

        if (state == 1)
                seen = 1;
        state = seen;
}
