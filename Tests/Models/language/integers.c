/* C's arithmetic: unsigned wrap, promotion to int, signed shift, comparison and division, conversion, comma, bool. */
#include <lockwalk.h>

enum colour { RED, GREEN = 4, BLUE };
typedef u8 byte;

static byte wrap = 250;
static s8 small = 127;
static u16 wide = 65535;
static u32 word = 1;

THREAD(user, 1)
{
	byte a = 200, b = 100;
	int sum = a + b, n = -7, i, j;
	unsigned u = 1;
	bool flag = 4;
	enum colour colour = (enum colour)(GREEN + 1);

	wrap += 10;
	ASSERT(u8_wraps, wrap == 4);
	small = small + 1;
	ASSERT(s8_wraps, small == -128);
	wide++;
	ASSERT(u16_wraps, wide == 0);
	word = word - 2;
	ASSERT(u32_wraps, word == 4294967295u && word > 0);
	ASSERT(promoted, sum == 300 && (byte)sum == 44 && (byte)(a + b) == 44 && a + b == 300);
	ASSERT(towards_zero, n / 2 == -3 && n % 2 == -1);
	ASSERT(signed_shift, n >> 1 == -4 && -1 >> 3 == -1);
	ASSERT(signed_compare, n < 0 && n < 1);
	ASSERT(unsigned_compare, (unsigned)n > u && u - 2 > u);
	ASSERT(bits, (~0u ^ 5u) == 0xfffffffau && (6 & 3) == 2 && (6 | 1) == 7 && ~5 == -6);
	ASSERT(logic, flag == 1 && !flag == 0 && !!n == 1 && flag + flag == 2);
	ASSERT(enums, colour == BLUE && BLUE == 5 && RED == 0 && (int)colour - 5 == 0);
	i = (j = 3, j + 1);
	i += j++ * 2;
	i -= --j;
	skip();
	ASSERT(comma_and_steps, i == 7 && j == 3);
	i = j = 2;
	i <<= j;
	i |= 3;
	i %= 7;
	skip();
	ASSERT(compound, i == 4 && j == 2);
}

EXPECT(true, HOLDS);
