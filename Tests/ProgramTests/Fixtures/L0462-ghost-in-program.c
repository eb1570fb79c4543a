#include <lockwalk.h>

GHOST int owners;

THREAD(t, 1)
{
        if (owners == 0)
                skip();
}
