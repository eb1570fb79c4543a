/* Operands are loaded from left to right: whoever sees the new x sees the new y, which was written before. */
#include <lockwalk.h>

CONFIG(bool, y_first, false);

static u1 x, y;
GHOST static u2 result;

THREAD(reader, 1)
{
	u2 sum = y_first ? y + 2 * x : 2 * x + y;

	result = sum;
	skip();
}

THREAD(writer, 1)
{
	WRITE_ONCE(y, 1);
	WRITE_ONCE(x, 1);
}

INVARIANT(new_x_means_new_y)
{
	return result != 2;
}

EXPECT(!y_first, HOLDS);
EXPECT(y_first,  VIOLATED(new_x_means_new_y));
