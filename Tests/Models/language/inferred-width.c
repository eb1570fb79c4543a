/* The bits of an int and of an atomic_t are found from the values that they take, negative ones too; or given by WIDTH. */
#include <lockwalk.h>

static int signed_sum;
static atomic_t atomic;
static int given;
WIDTH(given, 5);

THREAD(user, 2)
{
	int i;

	for (i = 0; i < 3; i++) {
		ATOMIC { signed_sum -= 7; }
		atomic_add(self ? 10 : -10, &atomic);
	}
	ATOMIC { given += 7; }
}

FINALLY(sums)
{
	return signed_sum == -42 && atomic_read(&atomic) == 0 && given == 14;
}

EXPECT(true, HOLDS);
