/*
 * mmu_notifier_unregister() against exit_mmap(): the release must have run before the pages are freed.
 *
 * Source: case c18; d34883d4e35c "mm: mmu_notifier: re-fix freed page still mapped in secondary MMU", 751efd8610d3.
 */
#include <lockwalk.h>

CONFIG(bool, unlinks_first, false);     /* unregister: unlink, then release outside of the walk */
CONFIG(bool, sync_before_free, true);
CONFIG(bool, exit_syncs, true);
CONFIG(bool, first_does_all, false);    /* the second call of release returns at once */
CONFIG(bool, plain_rcu, false);
CONFIG(bool, sync_inside, false);       /* a callback that unregisters itself */
CONFIG(bool, deferred, false);          /* call_srcu(), and the module goes */
CONFIG(bool, barriers, true);

struct notifier { bool released; };
OBJECTS(struct notifier, notifiers, 1);
struct page { u1 data; };
OBJECTS(struct page, pages, 1);
struct module { u1 text; };
OBJECTS(struct module, modules, 1);

static struct notifier *list;
static struct page *page, *spte;
static struct module *module;
static spinlock_t lock;
static struct srcu_struct srcu;
static struct mutex driver;

INIT
{
	list = alloc(notifiers);
	page = alloc(pages);
	module = alloc(modules);
	spte = page;
}

static int enter(void)
{
	if (plain_rcu) {
		rcu_read_lock();
		return 0;
	}
	return srcu_read_lock(&srcu);
}

static void leave(int index)
{
	if (plain_rcu)
		rcu_read_unlock();
	else
		srcu_read_unlock(&srcu, index);
}

static void release(struct notifier *notifier)
{
	if (first_does_all && xchg(&notifier->released, true))
		return;
	mutex_lock(&driver);
	WRITE_ONCE(notifier->released, true);
	WRITE_ONCE(spte, NULL);
	if (sync_inside)
		synchronize_srcu(&srcu);
	mutex_unlock(&driver);
}

static void free_notifier(struct notifier *notifier)
{
	READ_ONCE(module->text);
	kfree(notifier);
}

static void unlink(void)
{
	spin_lock(&lock);
	WRITE_ONCE(list, NULL);
	spin_unlock(&lock);
}

THREAD(exit_mmap, 1)
{
	int index = enter();
	struct notifier *notifier = READ_ONCE(list);

	if (notifier)
		release(notifier);
	leave(index);
	unlink();
	if (exit_syncs)
		synchronize_srcu(&srcu);
	kfree(page);
}

THREAD(unregister, 1)
{
	struct notifier *mine = READ_ONCE(list), *notifier;
	int index;

	if (!mine)
		return;                 /* it knows that exit has been here */
	if (unlinks_first) {
		unlink();
		release(mine);
	} else {
		index = enter();
		notifier = READ_ONCE(list);
		if (notifier)
			release(notifier);
		leave(index);
		unlink();
	}
	if (deferred) {
		call_srcu(&srcu, mine, free_notifier);
		if (barriers)
			srcu_barrier(&srcu);
	} else {
		if (sync_before_free)
			synchronize_srcu(&srcu);
		kfree(mine);
	}
	kfree(module);
}

THREAD(device, 1)
{
	ATOMIC {
		if (spte)
			READ_ONCE(spte->data);
	}
}

EXPECT(!unlinks_first,                  HOLDS);                         /* as above */
EXPECT(unlinks_first,                   USE_AFTER_FREE(pages));
EXPECT(!sync_before_free,               USE_AFTER_FREE(notifiers));     /* in X */
EXPECT(!exit_syncs && first_does_all,   USE_AFTER_FREE(pages));
EXPECT(!exit_syncs && !first_does_all,  HOLDS);                         /* each call itself completes the work */
EXPECT(plain_rcu,                       SLEEP_IN_ATOMIC);
EXPECT(sync_inside,                     DEADLOCK);                      /* waits for itself */
EXPECT(deferred && barriers,            HOLDS);
EXPECT(deferred && !barriers,           USE_AFTER_FREE(modules));       /* a callback after the unload */
