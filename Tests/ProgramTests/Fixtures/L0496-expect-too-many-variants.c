#include <lockwalk.h>

enum n { A0, A1, A2, A3, A4, A5, A6, A7, A8 };
CONFIG(enum n, a, A0);
CONFIG(enum n, b, A0);
CONFIG(enum n, c, A0);
CONFIG(enum n, d, A0);
EXPECT(a == b || c == d, HOLDS);

THREAD(t, 1) { skip(); }
