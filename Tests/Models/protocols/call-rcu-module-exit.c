/*
 * A module takes elements off an RCU list with call_rcu(); its exit must wait for the callbacks, not for a grace period.
 *
 * Source: Documentation/RCU/rcubarrier.rst; own choice.
 */
#include <lockwalk.h>

enum wait { NOT_AT_ALL, SYNCHRONIZE, BARRIER, BARRIER_TOO_EARLY };

CONFIG(enum wait, wait, BARRIER);
CONFIG(bool, stops_first, true);        /* exit: nobody posts callbacks any more */

struct text { u1 code; };
OBJECTS(struct text, texts, 1);
struct entry { u2 value; struct entry *next; };
OBJECTS(struct entry, entries, 2);

static struct text *text;
static struct entry *head;
static struct mutex list_lock;
static bool unloading, idle;

INIT
{
	text = alloc(texts);
	head = alloc(entries);
	head->next = alloc(entries);
}

static void free_entry(struct entry *entry)
{
	READ_ONCE(text->code);          /* runs the module's code */
	kfree(entry);
}

THREAD(reader, 1)
{
	struct entry *entry;

	rcu_read_lock();
	for (entry = rcu_dereference(head); entry; entry = rcu_dereference(entry->next))
		READ_ONCE(entry->value);
	rcu_read_unlock();
}

THREAD(deleter, 1)
{
	struct entry *entry;
	bool stop = false;

	while (!stop) {
		mutex_lock(&list_lock);
		entry = READ_ONCE(head);
		stop = !entry || (stops_first && READ_ONCE(unloading));
		if (!stop) {
			rcu_assign_pointer(head, READ_ONCE(entry->next));
			call_rcu(entry, free_entry);
		}
		mutex_unlock(&list_lock);
	}
	WRITE_ONCE(idle, true);
}

THREAD(exit, 1)
{
	WRITE_ONCE(unloading, true);
	if (wait == BARRIER_TOO_EARLY)
		rcu_barrier();
	if (stops_first)
		wait_until(idle);
	if (wait == SYNCHRONIZE)
		synchronize_rcu();
	if (wait == BARRIER)
		rcu_barrier();
	kfree(text);
}

EXPECT(wait == BARRIER,                 HOLDS);
EXPECT(wait == NOT_AT_ALL,              USE_AFTER_FREE(texts));
EXPECT(wait == SYNCHRONIZE,             USE_AFTER_FREE(texts));
EXPECT(wait == BARRIER_TOO_EARLY,       USE_AFTER_FREE(texts));
EXPECT(wait == BARRIER && !stops_first, USE_AFTER_FREE(texts));
