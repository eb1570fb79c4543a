/* Small helpers of the kernel: a bit as a spinlock, a count that is dropped under a lock, a CPU that is kept. */
#include <lockwalk.h>

enum { BUCKET_LOCK = 0, BUSY = 1 };
CONFIG(bool, takes_lock, true);

struct bucket { unsigned long word; refcount_t refs; };
OBJECTS(struct bucket, buckets, 1);

static struct bucket *bucket;
static DEFINE_MUTEX(list_lock);
static struct completion ready;
static atomic_t tickets;
PER_CPU(u2, seen);

INIT
{
	bucket = alloc(buckets);
	refcount_set(&bucket->refs, 2);
}

static void drop(struct bucket *b)
{
	if (refcount_dec_and_mutex_lock(&b->refs, &list_lock)) {
		WRITE_ONCE(bucket, NULL);
		kfree(b);
		mutex_unlock(&list_lock);
	}
}

THREAD(user, 2)
{
	struct bucket *b = rcu_dereference_protected(bucket, true);

	if (takes_lock)
		bit_spin_lock(BUCKET_LOCK, &b->word);
	BUG_ON(test_and_set_bit(BUSY, &b->word));
	clear_bit(BUSY, &b->word);
	if (takes_lock)
		bit_spin_unlock(BUCKET_LOCK, &b->word);
	drop(b);
	switch (atomic_fetch_inc(&tickets)) {
	case 0:
		this_cpu_inc(seen);
		fallthrough;
	default:
		this_cpu_inc(seen);
	}
	complete(&ready);
}

THREAD(waiter, 1)
{
	BUG_ON(get_cpu() != 2);
	put_cpu();
	wait_for_completion(&ready);
	wait_for_completion(&ready);
	reinit_completion(&ready);
	VM_BUG_ON(atomic_read(&tickets) != 2);
}

FINALLY(all_done) { return !bucket && per_cpu(seen, 0) + per_cpu(seen, 1) == 3; }

EXPECT(takes_lock, HOLDS);
EXPECT(!takes_lock, ASSERTION);
