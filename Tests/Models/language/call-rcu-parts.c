/* call_rcu() of what lies inside of an array or of another object. */
#include <lockwalk.h>

struct part { bool done; };
struct whole { struct part parts[2]; };
OBJECTS(struct whole, wholes, 1);
static struct part row[2];
static struct whole *whole;

INIT { whole = alloc(wholes); }

static void finish(struct part *part) { part->done = true; }

THREAD(t, 1)
{
	call_rcu(&row[1], finish);
	call_rcu(&whole->parts[1], finish);
	rcu_barrier();
	ASSERT(finished, row[1].done && whole->parts[1].done && !row[0].done && !whole->parts[0].done);
}

EXPECT(true, HOLDS);
