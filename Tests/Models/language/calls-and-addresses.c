/* Parts of results, addresses of locals and parameters, and what ++ and && leave behind. */
#include <lockwalk.h>

struct packed { u4 number; u3 part[3]; };

CONFIG(bool, too_large, false);
static struct packed kept;
static int result, two = 2;

static struct packed make(int index)
{
	struct packed made = { index, { 1, 2, 3 } };

	made.part[index] = 7;
	return made;
}

static void increment(int *counter) { (*counter)++; }
static void add_through(int value) { increment(&value); result = value; }
static void both(int *element, int *index) { (*index)++; *element = 9; }
static u2 narrow(int value) { return value; }
static void take(u2 value) { result = value; }

THREAD(t, 1)
{
	int index = 0, sum, list[2] = { 1, 2 };
	struct packed all[2] = {}, one;

	sum = make(1).part[1] + make(0).part[index];
	ASSERT(parts_of_results, sum == 14);
	add_through(3);
	ASSERT(address_of_a_parameter, result == 4);
	both(&list[index], &index);
	ASSERT(address_of_an_element, list[0] == 9 && list[1] == 2 && index == 1);
	sum = ++index;
	ASSERT(incremented, sum == 2);
	sum = ((index = 3) && (index = 0)) || (index += 5);
	ASSERT(short_circuit, sum == 1 && index == 5);
	all[two - 1].part[two] = 5;
	one = all[1];
	one.part[0]++;
	all[0] = one;
	ASSERT(dynamic, all[0].part[2] == 5 && all[0].part[0] == 1 && !all[1].part[0]);
	WRITE_ONCE(kept, one);
	one = smp_cond_load_acquire(&kept, VAL.part[2] == 5);
	ASSERT(part_of_val, one.part[0] == 1);
	if (too_large)
		take(narrow(two + 2));
	take(two);
}

EXPECT(!too_large, HOLDS);
EXPECT(too_large, OVERFLOW(narrow));
