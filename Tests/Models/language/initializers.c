/* Values that variables start with: by order, by name, for an array of open length. */
#include <lockwalk.h>

struct in { int a, b; };
struct out { struct in in; u4 c; bool d; };

static struct out global = { { 1, 2 }, 3, true };
static struct out zero = { 0 };
static int table[2][2] = { { 1, 2 }, { 3, 4 } };
static int open[] = { 5, [3] = 6, 7 };
static int *second = &table[1][0];
static bool done;

THREAD(t, 1)
{
	struct in pair = { 4, 5 };
	struct out whole = { pair, 3 }, empty = { 0 }, named = { .in.b = 6, 7 };
	int row[] = { 1, 2, 3 };

	ASSERT(globals, global.in.b == 2 && global.c == 3 && global.d && !zero.in.a && !zero.d);
	ASSERT(arrays, table[0][1] == 2 && table[1][0] == 3 && table[1][1] == 4);
	ASSERT(open_length, open[0] == 5 && !open[1] && open[3] == 6 && open[4] == 7 && sizeof(open) == 5 * sizeof(int));
	ASSERT(locals, whole.in.a == 4 && whole.in.b == 5 && whole.c == 3 && !whole.d && !empty.c && row[2] == 3);
	ASSERT(by_name, named.in.b == 6 && named.c == 7 && !named.in.a);
	done = *second == 3;
	ASSERT(address, done);
}

EXPECT(true, HOLDS);
