/* Two accesses to one place, a write among them, one of them plain, both about to happen. */
#include <lockwalk.h>

enum access { PLAIN, PLAIN_READ, PLAIN_WRITE, MARKED, LOCKED, READS_ONLY };

CONFIG(enum access, access, PLAIN);
CHECK(DATA_RACE);

static spinlock_t lock;
static u1 value, seen;

THREAD(writer, 1)
{
	if (access == READS_ONLY) {
		seen = value;
		return;
	}
	if (access == LOCKED)
		spin_lock(&lock);
	if (access == PLAIN || access == PLAIN_WRITE || access == LOCKED)
		value = 1;
	else
		WRITE_ONCE(value, 1);
	if (access == LOCKED)
		spin_unlock(&lock);
}

THREAD(reader, 1)
{
	u1 v;

	if (access == LOCKED)
		spin_lock(&lock);
	if (access == MARKED || access == PLAIN_WRITE)
		v = READ_ONCE(value);
	else
		v = value;
	ASSERT(small, v <= 1);
	if (access == LOCKED)
		spin_unlock(&lock);
}

EXPECT(access == PLAIN || access == PLAIN_READ || access == PLAIN_WRITE, DATA_RACE);
EXPECT(access == MARKED || access == LOCKED || access == READS_ONLY,     HOLDS);
