/* x++ on a shared variable is a load and a store; as an atomic, in ATOMIC, or under a lock it is not interrupted. */
#include <lockwalk.h>

enum increment { PLAIN, COMPOUND, IN_ATOMIC, AS_ATOMIC, LOCKED };

CONFIG(enum increment, increment, PLAIN);

static spinlock_t lock;
static u3 count;
static atomic_t atomic;

THREAD(counter, 2)
{
	switch (increment) {
	case PLAIN:
		count++;
		break;
	case COMPOUND:
		count += 1;
		break;
	case IN_ATOMIC:
		ATOMIC { count++; }
		break;
	case AS_ATOMIC:
		atomic_inc(&atomic);
		break;
	case LOCKED:
		spin_lock(&lock);
		count++;
		spin_unlock(&lock);
		break;
	}
}

FINALLY(none_lost)
{
	return count + atomic_read(&atomic) == 2;
}

EXPECT(increment == PLAIN || increment == COMPOUND,                             VIOLATED(none_lost));
EXPECT(increment == IN_ATOMIC || increment == AS_ATOMIC || increment == LOCKED, HOLDS);
