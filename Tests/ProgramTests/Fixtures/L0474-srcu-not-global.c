#include <lockwalk.h>

struct dev { struct srcu_struct srcu; };
OBJECTS(struct dev, devs, 2);
static struct dev *dev;
static void put_dev(struct dev *d) { kfree(d); }

THREAD(t, 1) { call_srcu(&dev->srcu, dev, put_dev); }
