/* Two values that belong together, read without the lock that keeps them so. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static spinlock_t lock;
static u1 left, right;

THREAD(writer, 1)
{
	spin_lock(&lock);
	WRITE_ONCE(left, 1);
	WRITE_ONCE(right, 1);
	spin_unlock(&lock);
}

THREAD(reader, 1)
{
	u1 l, r;

	if (!broken)
		spin_lock(&lock);
	l = READ_ONCE(left);
	r = READ_ONCE(right);
	ASSERT(equal, l == r);
	if (!broken)
		spin_unlock(&lock);
}

EXPECT(broken,  ASSERTION(equal));
EXPECT(!broken, HOLDS);
