/* A SOMETIMES that no run reaches. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static spinlock_t lock;
GHOST static u2 inside;

THREAD(user, 2)
{
	if (broken)
		spin_lock(&lock);
	else
		skip();
	inside++;
	skip();
	inside--;
	if (broken)
		spin_unlock(&lock);
}

SOMETIMES(both_inside)
{
	return inside == 2;
}

EXPECT(broken,  UNREACHED(both_inside));
EXPECT(!broken, HOLDS);
