/* Two locks of one class: the field of a type. Clean with the _nested form. */
#include <lockwalk.h>

CONFIG(bool, broken, true);
CHECK(LOCK_ORDER);

enum { SINGLE_DEPTH_NESTING = 1 };

struct ptpage { spinlock_t ptl; };
OBJECTS(struct ptpage, ptpages, 2);

static struct ptpage *from, *to;

INIT
{
	from = alloc(ptpages);
	to = alloc(ptpages);
}

THREAD(move, 1)
{
	spin_lock(&from->ptl);
	if (broken)
		spin_lock(&to->ptl);
	else
		spin_lock_nested(&to->ptl, SINGLE_DEPTH_NESTING);
	spin_unlock(&to->ptl);
	spin_unlock(&from->ptl);
}

EXPECT(broken,  LOCK_ORDER);
EXPECT(!broken, HOLDS);
