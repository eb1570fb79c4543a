#include <lockwalk.h>

THREAD(t, 1)
{
        int self = 1;
}
