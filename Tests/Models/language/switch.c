/* switch: fall through, default, break, an enum, several cases for one body; inside a loop, continue. */
#include <lockwalk.h>

enum state { FREE, LIVE, DYING = 5, DEAD };

static u5 visits[4];

static int weight(enum state state)
{
	switch (state) {
	case FREE:
		return 1;
	case LIVE:
	case DYING:
		return 10;
	default:
		return 100;
	}
}

THREAD(user, 1)
{
	int i, sum = 0;

	for (i = 0; i < 6; i++) {
		switch (i) {
		case 0:
			visits[0]++;
			/* fall through */
		case 1:
			visits[1]++;
			break;
		case 3:
			continue;
		default:
			visits[2]++;
		}
		visits[3]++;
	}
	ASSERT(paths, visits[0] == 1 && visits[1] == 2 && visits[2] == 3 && visits[3] == 5);
	sum = weight(FREE) + weight(LIVE) + weight(DYING) + weight(DEAD);
	skip();
	ASSERT(weights, sum == 121 && DEAD == 6);
}

EXPECT(true, HOLDS);
