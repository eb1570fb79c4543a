/* Pointers to globals, fields, elements, embedded locks, and to locals as arguments; comparison; NULL. */
#include <lockwalk.h>

struct node {
	spinlock_t lock;
	struct node *next;
	u4 value;
};
OBJECTS(struct node, nodes, 2);

static struct node head;
static struct node *list = &head;
static u4 numbers[2];

static void swap(u4 *a, u4 *b)
{
	u4 t = *a;

	*a = *b;
	*b = t;
}

static void push(struct node **where, struct node *node)
{
	node->next = *where;
	*where = node;
}

static void bump(spinlock_t *lock, u4 *value)
{
	spin_lock(lock);
	*value += 1;
	spin_unlock(lock);
}

THREAD(user, 1)
{
	struct node *node = alloc(nodes), *p;
	u4 mine = 3;

	node->value = 5;
	head.value = 2;
	push(&list, node);
	ASSERT(pushed, list == node && node->next == &head && !head.next);
	bump(&list->next->lock, &list->next->value);
	ASSERT(through_pointers, head.value == 3);
	push(&head.next, alloc(nodes));
	ASSERT(field, head.next != node && head.next && !head.next->next);
	swap(&mine, &node->value);
	ASSERT(local_and_field, mine == 5 && node->value == 3);
	numbers[1] = 9;
	swap(&numbers[0], &numbers[self + 1]);
	ASSERT(elements, numbers[0] == 9 && numbers[1] == 0);
	swap(&mine, &numbers[0]);
	ASSERT(local_and_element, mine == 9 && numbers[0] == 5);
	for (p = list; p; p = p->next)
		p->value = 1;
	ASSERT(walked, head.value == 1 && node->value == 1 && head.next->value == 1);
}

EXPECT(true, HOLDS);
