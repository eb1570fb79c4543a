/* raw_read_seqcount() does not wait: an odd count means that a writer is inside. */
#include <lockwalk.h>

CONFIG(bool, check_odd, true);

static seqcount_t seq;
static u2 left, right;

THREAD(reader, 1)
{
	unsigned start = raw_read_seqcount(&seq);
	u2 l, r;

	if (check_odd && (start & 1))
		return;
	l = READ_ONCE(left);
	r = READ_ONCE(right);
	if (!read_seqcount_retry(&seq, start))
		ASSERT(not_torn, l == r);
}

THREAD(writer, 1)
{
	raw_write_seqcount_begin(&seq);
	WRITE_ONCE(left, 1);
	WRITE_ONCE(right, 1);
	raw_write_seqcount_end(&seq);
}

EXPECT(check_odd,  HOLDS);
EXPECT(!check_odd, ASSERTION(not_torn));
