/* A seqlock's writers exclude each other, its readers retry. */
#include <lockwalk.h>

static seqlock_t lock;
static u2 left, right;

THREAD(reader, 1)
{
	unsigned start;
	u2 l, r;

	do {
		start = read_seqbegin(&lock);
		l = READ_ONCE(left);
		r = READ_ONCE(right);
	} while (read_seqretry(&lock, start));
	ASSERT(not_torn, l == r);
}

THREAD(writer, 2)
{
	write_seqlock(&lock);
	WRITE_ONCE(left, left + 1);
	WRITE_ONCE(right, right + 1);
	write_sequnlock(&lock);
}

FINALLY(both_written)
{
	return left == 2 && right == 2;
}

EXPECT(true, HOLDS);
