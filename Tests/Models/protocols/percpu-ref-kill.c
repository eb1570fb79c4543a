/*
 * percpu_ref: counts per CPU while alive; kill switches to one atomic, after a grace period, and drops the first reference.
 *
 * Source: lib/percpu-refcount.c, simplified; own choice.
 */
#include <lockwalk.h>

CONFIG(bool, grace_period, true);       /* before the per-CPU counts are summed */
CONFIG(bool, biased, true);             /* the atomic starts with a bias that the sum takes away */
CONFIG(bool, get_in_rcu, true);         /* get and put look at the mode inside of rcu */
CONFIG(bool, tryget_live, true);
CONFIG(int, users, 2);

#define BIAS 16

struct object { u1 data; };
OBJECTS(struct object, objects, 1);

static struct object *object;
static bool atomic_mode, dead;
static atomic_t count;
static u4 percpu[2];
static bool released;

INIT
{
	object = alloc(objects);
	atomic_set(&count, 1 + (biased ? BIAS : 0));
}

static void release(void)
{
	BUG_ON(xchg(&released, true));
	kfree(object);
}

static bool get(int cpu)
{
	bool ok = true;

	if (get_in_rcu)
		rcu_read_lock();
	if (!READ_ONCE(atomic_mode)) {
		ATOMIC { percpu[cpu] = (percpu[cpu] + 1) & 15; }
	} else if (tryget_live && READ_ONCE(dead)) {
		ok = false;
	} else {
		ok = atomic_inc_not_zero(&count);
	}
	if (get_in_rcu)
		rcu_read_unlock();
	return ok;
}

static void put(int cpu)
{
	if (get_in_rcu)
		rcu_read_lock();
	if (!READ_ONCE(atomic_mode))
		ATOMIC { percpu[cpu] = (percpu[cpu] + 15) & 15; }
	else if (atomic_dec_and_test(&count))
		release();
	if (get_in_rcu)
		rcu_read_unlock();
}

THREAD(user, users)
{
	if (!get(self & 1))
		return;
	READ_ONCE(object->data);
	put((self + 1) & 1);                    /* may have moved to the other CPU */
}

THREAD(kill, 1)
{
	int sum;

	WRITE_ONCE(dead, true);
	WRITE_ONCE(atomic_mode, true);
	if (grace_period)
		synchronize_rcu();
	sum = READ_ONCE(percpu[0]);
	sum = (sum + READ_ONCE(percpu[1])) & 15;
	if (sum >= 8)
		sum -= 16;
	atomic_add(sum - (biased ? BIAS : 0), &count);
	if (atomic_dec_and_test(&count))
		release();
}

FINALLY(is_released)
{
	return released;
}

EXPECT(grace_period && (users == 1 || users == 2),      HOLDS);
EXPECT(!grace_period,                                   USE_AFTER_FREE(objects), VIOLATED(is_released), ASSERTION);
EXPECT(!biased && users == 2,                           USE_AFTER_FREE(objects), ASSERTION);   /* reaches zero before the sum */
EXPECT(!get_in_rcu,                                     USE_AFTER_FREE(objects), VIOLATED(is_released), ASSERTION);
