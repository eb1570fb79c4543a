/* SRCU readers may sleep; only a grace period of their own domain waits for them. */
#include <lockwalk.h>

enum wait { OWN_DOMAIN, OTHER_DOMAIN, PLAIN_RCU };

CONFIG(enum wait, wait, OWN_DOMAIN);

struct object { u1 value; };
OBJECTS(struct object, objects, 1);

static struct srcu_struct srcu, other;
static struct mutex mutex;
static struct object *pointer;

INIT { pointer = alloc(objects); }

THREAD(reader, 1)
{
	int index = srcu_read_lock(&srcu);
	struct object *object = READ_ONCE(pointer);

	mutex_lock(&mutex);
	if (object)
		READ_ONCE(object->value);
	mutex_unlock(&mutex);
	srcu_read_unlock(&srcu, index);
}

THREAD(updater, 1)
{
	struct object *old = xchg(&pointer, NULL);

	if (wait == OWN_DOMAIN)
		synchronize_srcu(&srcu);
	if (wait == OTHER_DOMAIN)
		synchronize_srcu(&other);
	if (wait == PLAIN_RCU)
		synchronize_rcu();
	kfree(old);
}

EXPECT(wait == OWN_DOMAIN,                        HOLDS);
EXPECT(wait == OTHER_DOMAIN || wait == PLAIN_RCU, USE_AFTER_FREE(objects));
