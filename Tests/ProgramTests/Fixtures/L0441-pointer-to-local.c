#include <lockwalk.h>

static int *head;

THREAD(t, 1)
{
        int mine = 1;

        head = &mine;
}
