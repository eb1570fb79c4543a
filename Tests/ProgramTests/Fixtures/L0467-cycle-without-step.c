#include <lockwalk.h>

THREAD(t, 1)
{
        for (;;)
                cpu_relax();
}
