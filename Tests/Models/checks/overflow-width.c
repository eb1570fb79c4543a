/* A value that does not fit the WIDTH that was promised. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static struct table {
	atomic_t users;
} table;
WIDTH(struct table.users, 2);

THREAD(user, 1)
{
	atomic_set(&table.users, 3);
	if (broken)
		atomic_inc(&table.users);
}

EXPECT(broken,  OVERFLOW);
EXPECT(!broken, HOLDS);
