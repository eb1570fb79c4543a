/* A grace period waits for the readers that were inside when it began, nested sections included, and not for later ones. */
#include <lockwalk.h>

static u1 seen;
GHOST static bool inside[2], waited_for[2];
GHOST static bool over;

THREAD(reader, 2)
{
	rcu_read_lock();
	inside[self] = true;
	rcu_read_lock();
	seen = 1;
	rcu_read_unlock();
	skip();
	rcu_read_unlock();
	inside[self] = false;
	waited_for[self] = false;
}

THREAD(updater, 1)
{
	skip();
	waited_for[0] = inside[0];
	waited_for[1] = inside[1];
	synchronize_rcu();
	ASSERT(they_have_left, !waited_for[0] && !waited_for[1]);
	over = true;
	skip();
}

SOMETIMES(later_reader_inside)
{
	return over && inside[1];
}

EXPECT(true, HOLDS);
