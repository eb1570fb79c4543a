#include <lockwalk.h>

static int state;

THREAD(t, 1)
{
        switch (state) {
        default: break;
        default: state = 1;
        }
}
