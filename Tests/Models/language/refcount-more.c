/* The rarer operations on counts, one after the other. */
#include <lockwalk.h>

static refcount_t refs;
static atomic_t users;

INIT { refcount_set(&refs, 1); }

THREAD(t, 1)
{
	bool done;
	int left;

	done = refcount_dec_not_one(&refs);
	ASSERT(one_stays, !done && refcount_read(&refs) == 1);
	refcount_add(3, &refs);
	done = refcount_dec_if_one(&refs);
	ASSERT(four, !done && refcount_read(&refs) == 4);
	done = refcount_sub_and_test(3, &refs);
	ASSERT(not_yet, !done);
	done = refcount_dec_if_one(&refs);
	ASSERT(zero, done && refcount_read(&refs) == 0);
	done = refcount_add_not_zero(2, &refs);
	ASSERT(stays_zero, !done && refcount_read(&refs) == 0);

	left = atomic_dec_if_positive(&users);
	ASSERT(refused, left == -1 && atomic_read(&users) == 0);
	done = atomic_inc_unless_negative(&users);
	ASSERT(counted, done && atomic_read(&users) == 1);
	done = atomic_dec_unless_positive(&users);
	ASSERT(positive, !done && atomic_read(&users) == 1);
	left = atomic_dec_if_positive(&users);
	ASSERT(taken, left == 0 && atomic_read(&users) == 0);
	atomic_dec(&users);
	done = atomic_inc_unless_negative(&users);
	ASSERT(negative, !done && atomic_read(&users) == -1);
}

EXPECT(true, HOLDS);
