#include <lockwalk.h>

THREAD(t, 1)
{
        int mine = 0;

        WRITE_ONCE(mine, 1);
}
