/* A mutex excludes and may be held across other sleeping calls. */
#include <lockwalk.h>

static struct mutex outer, inner;
static u2 count, failed;

THREAD(user, 2)
{
	if (self) {
		mutex_lock(&outer);
	} else if (!mutex_trylock(&outer)) {
		failed = 1;
		return;
	}
	BUG_ON(!mutex_is_locked(&outer));
	might_sleep();
	mutex_lock_nested(&inner, 1);
	count++;
	mutex_unlock(&inner);
	mutex_unlock(&outer);
}

FINALLY(all_counted)
{
	return count + failed == 2;
}

SOMETIMES(trylock_failed)
{
	return failed;
}

EXPECT(true, HOLDS);
