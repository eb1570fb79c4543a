/* u1 to u7 keep the values that fit; what is computed on the way may be wider. */
#include <lockwalk.h>

static u1 one;
static u3 three = 7;
static u7 seven;

THREAD(user, 1)
{
	one = (three + 1) % 2;
	ASSERT(parity, one == 0);
	three = three * 2 - 8;
	ASSERT(wider_on_the_way, three == 6);
	seven = three << 4;
	ASSERT(shifted, seven == 96);
	three = (seven >> 4) & 5;
	ASSERT(masked, three == 4);
	one = !one;
	ASSERT(negated, one == 1);
}

EXPECT(true, HOLDS);
