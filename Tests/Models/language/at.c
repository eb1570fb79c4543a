/* at() tells whether an instance stands before the statement of a label. */
#include <lockwalk.h>

CONFIG(bool, locked, true);

static spinlock_t lock;
static u2 value;

THREAD(user, 2)
{
	if (locked)
		spin_lock(&lock);
	else
		skip();
critical:
	WRITE_ONCE(value, self);
	if (locked)
		spin_unlock(&lock);
}

INVARIANT(one_in_the_section)
{
	return !(at(user, 0, critical) && at(user, 1, critical));
}

INVARIANT(no_such_instance)
{
	return !at(user, 2, critical);
}

EXPECT(locked,  HOLDS);
EXPECT(!locked, VIOLATED(one_in_the_section));
