#include <lockwalk.h>

static int count, ready;

THREAD(t, 1)
{
        ATOMIC {
                count = 1;
                wait_until(ready);
        }
}
