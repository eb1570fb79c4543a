/*
 * A dentry's lockref: the count is changed by cmpxchg while the lock is free, under the lock otherwise; dead when negative.
 *
 * Source: lib/lockref.c and dput()/lockref_get_not_dead() in fs/dcache.c; own choice, simplified.
 */
#include <lockwalk.h>

CONFIG(bool, checks_locked, true);      /* the fast path looks at the lock bit */
CONFIG(bool, checks_dead, true);        /* get_not_dead */
CONFIG(bool, rcu, true);                /* the dentry is freed after a grace period */
CONFIG(int, walkers, 2);

struct lockref {
	bool locked, dead;
	u3   count;
};

struct dentry { struct lockref ref; };
OBJECTS(struct dentry, dentries, 1);

static struct dentry *hash;

INIT
{
	hash = alloc(dentries);
	hash->ref.count = 1;
}

static void ref_lock(struct dentry *dentry)
{
	ATOMIC {
		wait_until(!dentry->ref.locked);
		dentry->ref.locked = true;
	}
}

static void ref_unlock(struct dentry *dentry)
{
	ATOMIC { dentry->ref.locked = false; }
}

static bool get_not_dead(struct dentry *dentry)
{
	struct lockref old = READ_ONCE(dentry->ref), new;
	bool alive;

	while (!checks_locked || !old.locked) {
		if (checks_dead && old.dead)
			return false;
		new = old;
		new.count++;
		if (try_cmpxchg_relaxed(&dentry->ref, &old, new))
			return true;
	}
	ref_lock(dentry);
	alive = !checks_dead || !dentry->ref.dead;
	if (alive)
		ATOMIC { dentry->ref.count++; }
	ref_unlock(dentry);
	return alive;
}

static void dput(struct dentry *dentry)
{
	ref_lock(dentry);
	ASSERT(counted, dentry->ref.count > 0);
	ATOMIC { dentry->ref.count--; }
	ref_unlock(dentry);
}

THREAD(walker, walkers)
{
	struct dentry *dentry;

	rcu_read_lock();
	dentry = rcu_dereference(hash);
	if (!dentry || !get_not_dead(dentry)) {
		rcu_read_unlock();
		return;
	}
	rcu_read_unlock();
	ASSERT(pinned, live(dentry) && !dentry->ref.dead);
	dput(dentry);
}

THREAD(shrinker, 1)
{
	struct dentry *dentry = READ_ONCE(hash);
	bool kill = false;

	ref_lock(dentry);
	if (READ_ONCE(dentry->ref.count) == 1) {
		kill = true;
		if (checks_locked)
			WRITE_ONCE(dentry->ref.dead, true);
		else
			WRITE_ONCE(dentry->ref, ((struct lockref){ .locked = true, .dead = true }));
		WRITE_ONCE(hash, NULL);
	}
	ref_unlock(dentry);
	if (!kill)
		return;
	if (rcu)
		kfree_rcu(dentry);
	else
		kfree(dentry);
}

EXPECT(checks_locked && (walkers == 1 || walkers == 2), HOLDS);
EXPECT(!checks_locked,                                  ASSERTION);
EXPECT(!checks_dead,                                    ASSERTION(pinned));
EXPECT(!rcu,                                            USE_AFTER_FREE(dentries));
