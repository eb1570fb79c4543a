/* Arrays: computed indices, of structs, in structs, of two dimensions, local, and pointers to their elements. */
#include <lockwalk.h>

CONFIG(int, n, 3);

struct row { u4 cell[n]; };

static struct row table[n];
static u4 grid[2][n];

static void set(u4 *cell, u4 value)
{
	WRITE_ONCE(*cell, value);
}

static u4 sum(const struct row *row)
{
	u4 total = 0;
	int i;

	for (i = 0; i < n; i++)
		total += row->cell[i];
	return total;
}

THREAD(user, 1)
{
	u4 local[n] = { 1, 2 }, total;
	int i;

	for (i = 0; i < n; i++)
		set(&table[i].cell[(i + 1) % n], i + 1);
	ASSERT(rows, table[0].cell[1] == 1 && table[1].cell[2] == 2 && table[2].cell[0] == 3 && table[2].cell[2] == 0);
	set(&grid[1][2], 7);
	ASSERT(plane, grid[1][2] == 7 && grid[0][2] == 0);
	local[local[0] + 1] = table[2].cell[0];
	table[1].cell[0] = local[2];
	total = sum(&table[1]);
	ASSERT(computed, local[0] == 1 && local[1] == 2 && local[2] == 3 && total == 5);
}

EXPECT(true, HOLDS);
