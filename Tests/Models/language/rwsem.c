/* Readers share and may sleep, a writer is alone. */
#include <lockwalk.h>

static struct rw_semaphore sem;
static u2 left, right;
GHOST static u2 readers, writers;

THREAD(reader, 2)
{
	u2 l, r;

	down_read(&sem);
	readers++;
	might_sleep();
	l = READ_ONCE(left);
	r = READ_ONCE(right);
	ASSERT(no_writer, l == r);
	BUG_ON(!rwsem_is_locked(&sem));
	readers--;
	up_read(&sem);
}

THREAD(writer, 2)
{
	if (self)
		down_write(&sem);
	else
		down_write_nested(&sem, 1);
	writers++;
	left++;
	right++;
	writers--;
	up_write(&sem);
}

INVARIANT(exclusive)
{
	return writers <= 1 && !(readers && writers);
}

FINALLY(both_written)
{
	return left == 2 && right == 2;
}

SOMETIMES(shared)
{
	return readers == 2;
}

EXPECT(true, HOLDS);
