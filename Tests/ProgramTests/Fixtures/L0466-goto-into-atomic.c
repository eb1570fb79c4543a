#include <lockwalk.h>

static int a, b;

THREAD(t, 1)
{
        if (a)
                goto half;
        ATOMIC { a = 1; half: b = 1; }
}
