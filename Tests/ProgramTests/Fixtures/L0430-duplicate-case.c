#include <lockwalk.h>

static int state;

THREAD(t, 1)
{
        switch (state) {
        case 0: break;
        case 0: state = 1;
        }
}
