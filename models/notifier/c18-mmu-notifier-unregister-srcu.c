/*
 * mmu_notifier_unregister() against exit: release must have run before the pages are freed.
 *
 * Both call ->release() under SRCU, while the notifier is still in the list, then unlink it and wait for a grace period. So
 * the other one's walk either finds the notifier and calls release itself, or had better wait until it has ended; and nobody is
 * in a callback any more when the notifier, or the module with its code, is freed. release() may run twice.
 *
 * Source: 751efd8610d3 (2013), d34883d4e35c "mm: mmu_notifier: re-fix freed page still mapped in secondary MMU" (2013).
 */
#include <lockwalk.h>

enum unregister { RELEASE_FIRST, UNLINK_FIRST, FROM_CALLBACK };
CONFIG(enum unregister, unregister, RELEASE_FIRST);
CONFIG(bool, unregister_waits, true);		/* synchronize_srcu() before the notifier is freed */
CONFIG(bool, exit_waits, true);			/* synchronize_srcu() before the pages are freed */
CONFIG(bool, plain_rcu, false);			/* instead of SRCU */
CONFIG(bool, release_once, false);		/* release(): the first caller does it, the second returns at once */
CONFIG(bool, judge_once, false);		/* a second release() is an error */

enum module { BUILT_IN, NO_BARRIER, BARRIER };
CONFIG(enum module, module, BUILT_IN);		/* unloaded at the end; the notifier is freed by call_srcu() */

CONFIG(int, reclaims, 1);

struct page { bool data; };
OBJECTS(struct page, pages, 1);

struct module_text { bool code; };
OBJECTS(struct module_text, modules, 1);

struct notifier { bool released; };
OBJECTS(struct notifier, notifiers, 1);

static struct mm {
	spinlock_t       lock;
	struct notifier *list;			/* one will do */
	struct page     *page;
} mm;
static struct srcu_struct srcu;
static struct notifier *registered;
static struct page *spte;			/* the secondary MMU's mapping */
static struct module_text *text;
static GHOST u2 releases;

INIT
{
	mm.list = registered = alloc(notifiers);
	mm.page = spte = alloc(pages);
	text = alloc(modules);
}

static void wait_for_readers(void)
{
	if (plain_rcu)
		synchronize_rcu();
	else
		synchronize_srcu(&srcu);
}

static void unlink(void)
{
	spin_lock(&mm.lock);
	WRITE_ONCE(mm.list, NULL);
	spin_unlock(&mm.lock);
}

static void call_release(struct notifier *n)
{
	might_sleep();
	if (!xchg(&n->released, true) || !release_once) {
		releases++;
		ASSERT(released_once, !judge_once || releases == 1);
		WRITE_ONCE(spte, NULL);
	}
	if (unregister == FROM_CALLBACK)
		wait_for_readers();		/* it unregisters itself */
}

enum callback { RELEASE, INVALIDATE };

/* Calls n, or what is in the list. */
static void call_notifier(struct notifier *n, enum callback callback)
{
	int idx = 0;

	if (plain_rcu)
		rcu_read_lock();
	else
		idx = srcu_read_lock(&srcu);
	if (!n)
		n = READ_ONCE(mm.list);
	if (n && callback == RELEASE)
		call_release(n);
	else if (n)
		READ_ONCE(n->released);
	if (plain_rcu)
		rcu_read_unlock();
	else
		srcu_read_unlock(&srcu, idx);
}

static void free_notifier(struct notifier *n)
{
	READ_ONCE(text->code);			/* this function is in the module */
	kfree(n);
}

THREAD(exit_mmap, 1)
{
	call_notifier(NULL, RELEASE);
	unlink();
	if (exit_waits)
		wait_for_readers();
	kfree(mm.page);
}

THREAD(driver, unregister != FROM_CALLBACK)	/* mmu_notifier_unregister() */
{
	struct notifier *n = registered;

	if (unregister == UNLINK_FIRST)
		unlink();
	call_notifier(unregister == UNLINK_FIRST ? n : NULL, RELEASE);
	unlink();
	if (unregister_waits)
		wait_for_readers();
	if (module == BUILT_IN) {
		kfree(n);
		return;
	}
	call_srcu(&srcu, n, free_notifier);
	if (module == BARRIER)
		srcu_barrier(&srcu);
	kfree(text);
}

THREAD(reclaim, reclaims) { call_notifier(NULL, INVALIDATE); }	/* of another page */

THREAD(device, 1)
{
	ATOMIC { if (spte) spte->data = true; }
}

EXPECT(unregister == RELEASE_FIRST, HOLDS);							/* 1 */
EXPECT(reclaims == 2, HOLDS);									/* 1 */
EXPECT(unregister == UNLINK_FIRST, USE_AFTER_FREE(pages));					/* 2 */
EXPECT(!unregister_waits, USE_AFTER_FREE(notifiers));						/* 3 */
EXPECT(!exit_waits && release_once, USE_AFTER_FREE(pages));					/* 4 */
EXPECT(!exit_waits && !release_once, HOLDS);							/* 4 */
EXPECT(plain_rcu, SLEEP_IN_ATOMIC);								/* 5 */
EXPECT(unregister == FROM_CALLBACK, DEADLOCK);							/* 6 */
EXPECT(judge_once && !release_once, ASSERTION(released_once));					/* 7 */
EXPECT(judge_once && release_once, HOLDS);							/* 7 */
EXPECT(module == NO_BARRIER, USE_AFTER_FREE(modules));						/* 8 */
EXPECT(module == BARRIER, HOLDS);								/* 8 */
