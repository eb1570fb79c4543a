/*
 * Who waits for a migration must not hold a reference on the page.
 *
 * Migration locks the folio, replaces its pte by a migration entry, and freezes the folio's count, which fails if there is
 * any unexpected reference; then it puts the pte back and tries again. A fault on the entry waits for the folio's lock, and
 * used to take a reference for that: those who wait for the migration make it fail. Now it queues itself while it holds the
 * ptl, under which the entry proves that the folio is locked and there, and never looks at the folio again.
 *
 * Source: ffa65753c431 "mm/migrate.c: rework migration_entry_wait() to not take a pageref" (2022).
 */
#include <lockwalk.h>

enum fault_rule { TAKES_REF, QUEUES_UNDER_PTL, QUEUES_LATE, SLEEPS_UNDER_PTL, SPINS };
CONFIG(enum fault_rule, fault_rule, QUEUES_UNDER_PTL);
CONFIG(int, tries, 2);				/* of the migration; 0: until it succeeds */
CONFIG(int, faults, 1);
CONFIG(bool, touch_again, false);		/* faults go on until the folio has been migrated */
CONFIG(bool, unfair_ptl, false);		/* a test-and-set lock */
CONFIG(bool, one_cpu, false);			/* for both; without preemption */
PREEMPTION(one_cpu ? NONE : FULL);

struct folio {
	atomic_t refs;				/* 1, when isolated for migration */
	bool     locked;
};
OBJECTS(struct folio, folios, 2);

static struct pte {
	struct folio *folio;
	bool          migration;
} pte;
static spinlock_t ptl;
static bool tas_ptl;
static wait_queue_head_t waitqueue;		/* folios share hashed ones */
static bool migrated;

INIT
{
	pte.folio = alloc(folios);
	atomic_set(&pte.folio->refs, 1);
}

static void lock_pte(void)
{
	if (unfair_ptl)
		ATOMIC { wait_until(!tas_ptl); tas_ptl = true; }
	else
		spin_lock(&ptl);
}

static void unlock_pte(void)
{
	if (unfair_ptl)
		WRITE_ONCE(tas_ptl, false);
	else
		spin_unlock(&ptl);
}

static void set_pte(struct folio *folio, bool migration)
{
	struct pte new = { .folio = folio, .migration = migration };

	lock_pte();
	WRITE_ONCE(pte, new);
	unlock_pte();
}

static void folio_unlock(struct folio *folio)
{
	WRITE_ONCE(folio->locked, false);
	wake_up_all(&waitqueue);
}

static bool try_to_migrate(struct folio *old)
{
	struct folio *new;

	wait_event(waitqueue, !xchg(&old->locked, true));	/* folio_lock() */
	set_pte(old, true);
	if (atomic_cmpxchg(&old->refs, 1, 0) != 1) {
		set_pte(old, false);
		folio_unlock(old);
		return false;
	}
	new = alloc(folios);
	cond_resched();						/* copies the page … */
	atomic_set(&new->refs, 1);
	set_pte(new, false);
	folio_unlock(old);
	kfree(old);
	WRITE_ONCE(migrated, true);
	return true;
}

THREAD_ON(0, migrate, 1)
{
	struct folio *old = pte.folio;

	for (int i = 0; tries == 0 || i < tries; i += tries > 0)
		if (try_to_migrate(old))
			break;
}

/* migration_entry_wait(): with the ptl held, which it drops. */
static void migration_entry_wait(struct folio *folio)
{
	bool skips = fault_rule == TAKES_REF && !atomic_inc_not_zero(&folio->refs);

	if (fault_rule == QUEUES_UNDER_PTL)
		prepare_to_wait(&waitqueue);
	if (fault_rule != SLEEPS_UNDER_PTL)
		unlock_pte();

	if (skips)
		return;
	if (fault_rule == QUEUES_UNDER_PTL) {
		schedule();
		finish_wait(&waitqueue);
	} else if (fault_rule == SPINS) {
		while (READ_ONCE(pte).migration)
			;
	} else {
		wait_event(waitqueue, !READ_ONCE(folio->locked));
	}

	if (fault_rule == TAKES_REF)
		atomic_dec(&folio->refs);
	if (fault_rule == SLEEPS_UNDER_PTL)
		unlock_pte();
}

THREAD_ON(one_cpu ? 0 : 1 + self, fault, faults)
{
	struct pte entry;

	do {
		lock_pte();
		entry = READ_ONCE(pte);
		if (entry.migration)
			migration_entry_wait(entry.folio);
		else
			unlock_pte();
	} while (entry.migration || (touch_again && !READ_ONCE(migrated)));
}

FINALLY(folio_is_migrated) { return migrated; }
EVENTUALLY(migration_succeeds) { return migrated; }

EXPECT(fault_rule == TAKES_REF && tries == 0 && touch_again, LIVELOCK(migration_succeeds), STRONG); /* 1 */
EXPECT(fault_rule == TAKES_REF && tries == 2, VIOLATED(folio_is_migrated));			/* 2 */
EXPECT(fault_rule == QUEUES_UNDER_PTL && (tries == 0 || tries == 2), HOLDS);			/* 3, safety */
EXPECT(fault_rule == QUEUES_UNDER_PTL && tries == 0 && faults == 3, HOLDS);			/* 3, safety */
EXPECT(fault_rule == QUEUES_UNDER_PTL && tries == 0 && touch_again, HOLDS, WEAK);		/* 3 */
EXPECT(fault_rule == QUEUES_UNDER_PTL && tries == 0 && touch_again && unfair_ptl,
       LIVELOCK(migration_succeeds), WEAK);							/* 4 */
EXPECT(fault_rule == QUEUES_LATE, USE_AFTER_FREE(folios));					/* 5 */
EXPECT(fault_rule == SLEEPS_UNDER_PTL, SLEEP_IN_ATOMIC);					/* 6 */
EXPECT(fault_rule == SPINS && (one_cpu || !one_cpu), HOLDS);					/* 7, safety */
EXPECT(fault_rule == SPINS && one_cpu, LIVELOCK(migration_succeeds), STRONG);			/* 7 */
EXPECT(fault_rule == SPINS && !one_cpu, HOLDS, WEAK);						/* 7, two CPUs */
