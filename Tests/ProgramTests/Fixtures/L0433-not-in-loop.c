#include <lockwalk.h>

static int state;

THREAD(t, 1)
{
        if (state)
                break;
}
