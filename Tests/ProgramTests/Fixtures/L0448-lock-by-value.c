#include <lockwalk.h>

THREAD(t, 1)
{
        spinlock_t lock;

        skip();
}
