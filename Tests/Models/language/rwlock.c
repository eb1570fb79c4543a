/* Readers share, a writer is alone; read_trylock() fails against a writer, write_trylock() against anybody. */
#include <lockwalk.h>

static rwlock_t lock;
static u2 left, right, refused;
GHOST static u2 readers, writers;

THREAD(reader, 2)
{
	u2 l, r;

	if (self) {
		read_lock(&lock);
	} else if (!read_trylock(&lock)) {
		refused |= 1;
		return;
	}
	readers++;
	l = READ_ONCE(left);
	r = READ_ONCE(right);
	ASSERT(no_writer, l == r);
	readers--;
	read_unlock(&lock);
}

THREAD(writer, 2)
{
	if (self) {
		write_lock(&lock);
	} else if (!write_trylock(&lock)) {
		return;
	}
	writers++;
	WRITE_ONCE(left, left + 1);
	WRITE_ONCE(right, right + 1);
	writers--;
	write_unlock(&lock);
}

INVARIANT(exclusive)
{
	return writers <= 1 && !(readers && writers);
}

SOMETIMES(shared)
{
	return readers == 2;
}

SOMETIMES(trylock_failed)
{
	return refused;
}

EXPECT(true, HOLDS);
