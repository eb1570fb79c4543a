/* An inversion is a warning: a row that does not name it keeps its verdict. */
#include <lockwalk.h>

static struct mutex a, b;

THREAD(user, 1)
{
	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&a);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

EXPECT(true, HOLDS);
