/* Each atomic operation once: what it returns, and what it leaves. */
#include <lockwalk.h>

static atomic_t a;
static spinlock_t lock;

THREAD(user, 1)
{
	int old;
	bool yes;

	atomic_set(&a, 3);
	atomic_inc(&a);
	atomic_add(5, &a);
	atomic_sub(2, &a);
	atomic_dec(&a);
	ASSERT(plain_arithmetic, atomic_read(&a) == 6);
	old = atomic_add_return(2, &a);
	ASSERT(add_return, old == 8);
	old = atomic_sub_return_relaxed(3, &a);
	ASSERT(sub_return, old == 5);
	old = atomic_inc_return_acquire(&a);
	ASSERT(inc_return, old == 6);
	old = atomic_dec_return_release(&a);
	ASSERT(dec_return, old == 5);
	old = atomic_fetch_add(2, &a);
	ASSERT(fetch_add, old == 5 && atomic_read(&a) == 7);
	old = atomic_fetch_sub(3, &a);
	ASSERT(fetch_sub, old == 7 && atomic_read(&a) == 4);
	old = atomic_fetch_or(3, &a);
	ASSERT(fetch_or, old == 4 && atomic_read(&a) == 7);
	old = atomic_fetch_and(5, &a);
	ASSERT(fetch_and, old == 7 && atomic_read(&a) == 5);
	old = atomic_fetch_andnot(4, &a);
	ASSERT(fetch_andnot, old == 5 && atomic_read(&a) == 1);
	old = atomic_fetch_xor(3, &a);
	ASSERT(fetch_xor, old == 1 && atomic_read(&a) == 2);
	atomic_or(5, &a);
	atomic_and(6, &a);
	atomic_andnot(2, &a);
	ASSERT(or_and_andnot, atomic_read(&a) == 4);
	old = atomic_xchg(&a, 1);
	ASSERT(exchange, old == 4 && atomic_read(&a) == 1);
	old = atomic_cmpxchg(&a, 2, 5);
	ASSERT(refused, old == 1 && atomic_read(&a) == 1);
	old = atomic_cmpxchg_relaxed(&a, 1, 5);
	ASSERT(compared, old == 1 && atomic_read(&a) == 5);
	yes = atomic_try_cmpxchg(&a, &old, 7);
	ASSERT(corrected, !yes && old == 5 && atomic_read(&a) == 5);
	yes = atomic_try_cmpxchg_release(&a, &old, 2);
	ASSERT(tried, yes && atomic_read(&a) == 2);
	yes = atomic_dec_and_test(&a);
	ASSERT(one_left, !yes);
	yes = atomic_inc_not_zero(&a);
	ASSERT(not_zero, yes && atomic_read(&a) == 2);
	yes = atomic_sub_and_test(2, &a);
	ASSERT(none_left, yes);
	yes = atomic_inc_not_zero(&a);
	ASSERT(zero_stays, !yes && atomic_read(&a) == 0);
	yes = atomic_add_unless(&a, 2, 0);
	ASSERT(unless_zero, !yes);
	yes = atomic_add_unless(&a, 2, 1);
	ASSERT(added, yes && atomic_read(&a) == 2);
	yes = atomic_dec_and_lock(&a, &lock);
	ASSERT(not_locked, !yes && atomic_read(&a) == 1);
	yes = atomic_dec_and_lock(&a, &lock);
	ASSERT(locked, yes && atomic_read(&a) == 0);
	spin_unlock(&lock);
	old = atomic_read_acquire(&a);
	atomic_set_release(&a, old - 4);
	ASSERT(negative, atomic_read(&a) == -4);
}

EXPECT(true, HOLDS);
