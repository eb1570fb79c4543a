/* Bit-fields of data accessed plainly. */
#include <lockwalk.h>

static struct vma {
	unsigned start : 4;
	unsigned end : 4;
	bool locked : 1;
	int delta : 3;
} vma;

THREAD(user, 1)
{
	vma.start = 9;
	vma.end = vma.start + 6;
	vma.locked = true;
	vma.delta = -4;
	ASSERT(kept, vma.start == 9 && vma.end == 15 && vma.locked && vma.delta == -4);
	vma.start -= 9;
	vma.delta++;
	ASSERT(changed, vma.start == 0 && vma.end == 15 && vma.delta == -3);
}

EXPECT(true, HOLDS);
