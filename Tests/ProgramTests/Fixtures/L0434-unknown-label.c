#include <lockwalk.h>

static int state;

THREAD(t, 1)
{
retry:
        if (state)
                goto rety;
}
