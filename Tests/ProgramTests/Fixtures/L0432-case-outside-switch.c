#include <lockwalk.h>

static int state;

THREAD(t, 1)
{
        switch (state) {
        case 0: ATOMIC { case 1: state = 2; }
        }
}
