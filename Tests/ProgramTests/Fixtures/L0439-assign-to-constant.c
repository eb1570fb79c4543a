#include <lockwalk.h>

THREAD(t, 1)
{
        const int limit = 2;

        limit = 3;
}
