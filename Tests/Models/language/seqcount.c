/* A reader that finds the count unchanged has seen one writer's values; read_seqcount_begin() waits for an even count. */
#include <lockwalk.h>

CONFIG(bool, retry, true);

static seqcount_t seq;
static u2 left, right;

THREAD(reader, 1)
{
	unsigned start;
	u2 l, r;

	do {
		start = read_seqcount_begin(&seq);
		l = READ_ONCE(left);
		r = READ_ONCE(right);
	} while (read_seqcount_retry(&seq, start) && retry);
	ASSERT(not_torn, l == r);
}

THREAD(writer, 1)
{
	int i;

	for (i = 1; i <= 2; i++) {
		write_seqcount_begin(&seq);
		WRITE_ONCE(left, i);
		WRITE_ONCE(right, i);
		write_seqcount_end(&seq);
	}
}

EXPECT(retry,  HOLDS);
EXPECT(!retry, ASSERTION(not_torn));
