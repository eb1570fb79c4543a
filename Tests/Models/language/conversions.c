/* What C converts where nobody wrote a cast: in conditions, in cases, at the edges of a type. */
#include <lockwalk.h>

enum kind { FIRST, LAST = 0xffffffff };

static u32 ones = 0xffffffff;
static u64 top = 0x8000000000000000;
static s8 lowest = -128;
static long large = -9223372036854775807, minus = -1;
static int minus_one = -1, bits;
static long decimal = 4294967295;
static struct { unsigned long wide : 63; s8 sign : 2; } fields;
static int *pointer;

THREAD(t, 1)
{
	int seen = 0;

	switch (ones) {
	case -1:
		seen = 1;
		break;
	case 1:
		seen = 2;
	}
	ASSERT(case_of_unsigned, seen == 1);
	switch (lowest) {
	case 127:
		seen = 3;
		break;
	case -128:
		seen = 4;
	}
	ASSERT(case_of_signed, seen == 4);
	ASSERT(hexadecimal, (0xffffffff == minus_one) && !(decimal == minus_one));
	ASSERT(arms, (seen ? -1 : 1u) > 0);
	ASSERT(enumerator, (u64)LAST == 4294967295);
	seen = (u8)300 + (s8)200;
	ASSERT(casts, seen == 44 - 56);
	lowest = -lowest;
	ASSERT(smallest, lowest == -128);
	large -= 1;
	large = large / minus;
	ASSERT(smallest_divided, large < 0);
	top = (top >> 63) + (top > 5) + (bool)pointer;
	ASSERT(unsigned_64, top == 2);
	fields.wide = top - 3;
	fields.sign = top;
	ASSERT(sixty_three, fields.wide == 0x7fffffffffffffff && fields.sign == -2);
	set_bit(31, &bits);
	ASSERT(sign_bit, bits < 0);
}

EXPECT(true, HOLDS);
