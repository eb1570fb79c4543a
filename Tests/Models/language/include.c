/* #include of a local file, and #define of an expression. */
#include <lockwalk.h>
#include "include.h"

static struct counter counter;

THREAD(user, USERS)
{
	count(&counter);
}

FINALLY(all_counted)
{
	return counter.value == USERS;
}

EXPECT(true, HOLDS);
