/* The updater holds the mutex that the reader needs to leave its section. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static struct srcu_struct srcu;
static struct mutex mutex;

THREAD(reader, 1)
{
	int index = srcu_read_lock(&srcu);

	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	srcu_read_unlock(&srcu, index);
}

THREAD(updater, 1)
{
	mutex_lock(&mutex);
	if (broken)
		synchronize_srcu(&srcu);
	mutex_unlock(&mutex);
	if (!broken)
		synchronize_srcu(&srcu);
}

EXPECT(broken,  DEADLOCK);
EXPECT(!broken, HOLDS);
