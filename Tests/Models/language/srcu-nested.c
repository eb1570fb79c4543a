/* Sections nest; synchronize_srcu() inside one of them waits for itself. */
#include <lockwalk.h>

CONFIG(bool, inside, true);

static struct srcu_struct srcu;

THREAD(user, 1)
{
	int outer = srcu_read_lock(&srcu), inner = srcu_read_lock(&srcu);

	srcu_read_unlock(&srcu, inner);
	if (inside)
		synchronize_srcu(&srcu);
	srcu_read_unlock(&srcu, outer);
	synchronize_srcu(&srcu);
}

EXPECT(inside,  DEADLOCK);
EXPECT(!inside, HOLDS);
