/* kfree_rcu() twice for one object; clean: the second one is for another object. */
#include <lockwalk.h>

CONFIG(bool, broken, true);

struct object { u1 value; };
OBJECTS(struct object, objects, 2);

static struct object *one, *other;

INIT
{
	one = alloc(objects);
	other = alloc(objects);
}

THREAD(freer, 1)
{
	kfree_rcu(one);
	kfree_rcu(broken ? one : other);
}

EXPECT(broken,  DOUBLE_FREE(objects));
EXPECT(!broken, HOLDS);
