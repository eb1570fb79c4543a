#include <lockwalk.h>

CONFIG(int, walkers, 2);
EXPECT(walkers > 1, HOLDS);

THREAD(t, walkers) { skip(); }
