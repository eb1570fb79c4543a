/* SLAB_TYPESAFE_BY_RCU: kfree() leaves contents and locks, the slot may be handed out again at once, alloc() does not zero. */
#include <lockwalk.h>

struct object {
	spinlock_t lock;
	u2 value;
};
OBJECTS(struct object, objects, 1, SLAB_TYPESAFE_BY_RCU);

static struct object *pointer;
static bool entered;
GHOST static bool kept, reused, zeroed;

INIT
{
	pointer = alloc(objects);
	pointer->value = 3;
}

THREAD(reader, 1)
{
	struct object *object;
	u2 value;

	rcu_read_lock();
	object = READ_ONCE(pointer);
	WRITE_ONCE(entered, true);
	spin_lock(&object->lock);
	value = READ_ONCE(object->value);
	kept = value == 3 && !live(object);
	reused = value == 3 && live(object) && !pointer;
	ASSERT(contents_kept, value == 3);
	spin_unlock(&object->lock);
	rcu_read_unlock();
}

THREAD(owner, 1)
{
	struct object *object = pointer;

	wait_until(entered);
	WRITE_ONCE(pointer, NULL);
	kfree(object);
	object = alloc(objects);
	ASSERT(same_slot, live(object));
	if (!READ_ONCE(object->value))
		zeroed = true;
	skip();
}

SOMETIMES(contents_stay) { return kept; }
SOMETIMES(slot_is_reused) { return reused; }
SOMETIMES(starts_zeroed_after_a_grace_period) { return zeroed; }

EXPECT(true, HOLDS);
