/* No grace period passes an interrupt under the consolidated flavour, and no IPI does. */
#include <lockwalk.h>

enum wait { RCU, RCU_CALLBACK, IPI, NOTHING };
CONFIG(enum wait, wait, RCU);
CONFIG(bool, consolidated, true);
RCU_FLAVOR(consolidated ? CONSOLIDATED : PREEMPT_ONLY);

struct table { u1 entry; };
OBJECTS(struct table, tables, 1);
static struct table *pmd;

INIT { pmd = alloc(tables); }

INTERRUPT(0, profile, 1)
{
	struct table *table = READ_ONCE(pmd);

	if (table)
		READ_ONCE(table->entry);
}

THREAD_ON(1, zap, 1)
{
	struct table *table = pmd;

	WRITE_ONCE(pmd, NULL);
	if (wait == RCU) synchronize_rcu();
	if (wait == IPI) smp_call_function_sync();
	if (wait == RCU_CALLBACK) kfree_rcu(table); else kfree(table);
}

THREAD_ON(0, victim, 1) { skip(); }

EXPECT(consolidated && (wait == RCU || wait == RCU_CALLBACK || wait == IPI), HOLDS);
EXPECT(!consolidated && (wait == RCU || wait == RCU_CALLBACK), USE_AFTER_FREE);
EXPECT(!consolidated && wait == IPI, HOLDS);
EXPECT(wait == NOTHING && consolidated, USE_AFTER_FREE);
