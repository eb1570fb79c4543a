/* for, while, do while, break, continue, goto forwards and backwards, nested. */
#include <lockwalk.h>

static u7 steps;

THREAD(user, 1)
{
	int i, j, n = 0, products = 0;

	for (i = 0; i < 4; i++) {
		for (j = 0;; j++) {
			if (j == i)
				break;
			if ((i + j) % 2)
				continue;
			products += i * j;
			n++;
		}
	}
	skip();
	ASSERT(nested, n == 2 && products == 3 && i == 4 && j == 3);

	i = 10;
	do
		i -= 3;
	while (i > 0);
	while (i < 0)
		i++;
	skip();
	ASSERT(counted, i == 0);

again:
	steps++;
	if (steps < 5)
		goto again;
	if (steps == 5)
		goto out;
	steps = 99;
out:
	ASSERT(jumped, steps == 5);
}

EXPECT(true, HOLDS);
