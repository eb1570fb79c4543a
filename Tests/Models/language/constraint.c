/* A CONSTRAINT cuts the runs that leave it, and what lies behind is not seen: the search holds within it. */
#include <lockwalk.h>

CONFIG(int, limit, 3);

static u4 count;

THREAD(counter, 1)
{
	for (;;) {
		ATOMIC {
			if (count < 10)
				count++;
		}
		ASSERT(below_five, count < 5);
	}
}

CONSTRAINT(few)
{
	return count <= limit;
}

EXPECT(limit == 3, HOLDS);
EXPECT(limit == 7, ASSERTION(below_five));
