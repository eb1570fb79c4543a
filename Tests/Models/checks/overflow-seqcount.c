/* A sequence counter of 3 bits wraps while a reader is inside, and the reader misses it. Clean: one write less. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

static seqcount_t seq;
static u3 value;
static u1 done;

THREAD(reader, 1)
{
	unsigned start = read_seqcount_begin(&seq);

	READ_ONCE(value);
	done = !read_seqcount_retry(&seq, start);
}

THREAD(writer, 1)
{
	int i;

	for (i = 0; i < (broken ? 4 : 3); i++) {
		write_seqcount_begin(&seq);
		WRITE_ONCE(value, i + 1);
		write_seqcount_end(&seq);
	}
}

EXPECT(broken,  OVERFLOW);
EXPECT(!broken, HOLDS);
