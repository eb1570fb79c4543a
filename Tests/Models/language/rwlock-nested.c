/* A waiting writer blocks new readers, so a second read_lock() by a reader may wait for itself. */
#include <lockwalk.h>

CONFIG(bool, nested, true);

static rwlock_t lock;

THREAD(reader, 1)
{
	read_lock(&lock);
	if (nested) {
		read_lock(&lock);
		read_unlock(&lock);
	}
	read_unlock(&lock);
}

THREAD(writer, 1)
{
	write_lock(&lock);
	write_unlock(&lock);
}

EXPECT(nested,  DEADLOCK, RECURSIVE_LOCK);
EXPECT(!nested, HOLDS);
