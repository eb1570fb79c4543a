/* Instances of a THREAD: self, a count from a CONFIG, a count of zero; all may start in any order. */
#include <lockwalk.h>

CONFIG(int, users, 3);

static u2 order[4], next;

THREAD(user, users)
{
	ATOMIC {
		order[next] = self;
		next++;
	}
}

THREAD(nobody, 0)
{
	next = 0;
}

FINALLY(all_came)
{
	return next == users;
}

SOMETIMES(in_order) { return next == users && order[0] == 0 && order[users - 1] == users - 1; }
SOMETIMES(last_first) { return next == users && order[0] == users - 1; }

EXPECT(users == 2 || users == 3, HOLDS);
