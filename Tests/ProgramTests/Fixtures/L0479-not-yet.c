#include <lockwalk.h>

struct node { int key; };

static void release(struct node *node) { node->key = 0; }

THREAD(t, 1)
{
        static struct node node;

        call_rcu(&node, release);
}
