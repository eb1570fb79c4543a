/*
 * A lock for page tables with two rooms: readers XOR users of the PTLs, and the zapper alone.
 *
 * Readers (hmm: no PTL) may be in together, users of PTLs may be in together, never one with the other; whoever wants to free a
 * table excludes both. The question is whether the zapper may enter as just another PTL user, and what it takes that a group
 * which is always in cannot starve the other ("fairness will be challenging").
 *
 * Source: Jason Gunthorpe, David Hildenbrand 2021-11-10, in "[PATCH v3 00/15] Free user PTE page table pages".
 */
#include <lockwalk.h>

enum group { READERS, PTL_USERS };
enum entry { CURRENT_GROUP, TURNSTILE };

CONFIG(enum entry, entry, CURRENT_GROUP);       /* the group that is in may always enter; or not while the others wait */
CONFIG(bool, zap_alone, true);                  /* the zapper enters alone, not as a PTL user */

struct ptpage {
	spinlock_t ptl;
	u1 pte;
};
OBJECTS(struct ptpage, ptpages, 1);

static struct room_lock {
	u2 inside[2], waiting[2];               /* by group */
	u1 turn;
	bool alone;
} rooms;

static spinlock_t page_table_lock;
static struct ptpage *pmd;

INIT { pmd = alloc(ptpages); }

static void room_enter(enum group group)
{
	enum group other = group == READERS ? PTL_USERS : READERS;

	if (entry == TURNSTILE)
		ATOMIC { rooms.waiting[group]++; }
	ATOMIC {
		wait_until(!rooms.inside[other] && !rooms.alone &&
			   (entry == CURRENT_GROUP || !rooms.waiting[other] || rooms.turn == group));
		rooms.inside[group]++;
		if (entry == TURNSTILE) {
			rooms.waiting[group]--;
			rooms.turn = other;
		}
	}
}

static void room_leave(enum group group)
{
	ATOMIC { rooms.inside[group]--; }
}

THREAD(reader, 2)
{
	struct ptpage *pt;
	u1 before, after;

	for (;;) {
		room_enter(READERS);
		pt = READ_ONCE(pmd);
		if (pt) {
			before = READ_ONCE(pt->pte);
			after = READ_ONCE(pt->pte);
			ASSERT(reader_sees_no_change, before == after);
		}
		room_leave(READERS);
	}
}

THREAD(ptl_user, 1)
{
	struct ptpage *pt;

	room_enter(PTL_USERS);
	pt = READ_ONCE(pmd);
	if (pt) {
		spin_lock(&pt->ptl);
		WRITE_ONCE(pt->pte, 1);
		spin_unlock(&pt->ptl);
	}
	room_leave(PTL_USERS);
}

THREAD(zap, 1)
{
	struct ptpage *pt;
	bool empty;

	if (zap_alone)
		ATOMIC { wait_until(!rooms.inside[READERS] && !rooms.inside[PTL_USERS] && !rooms.alone); rooms.alone = true; }
	else
		room_enter(PTL_USERS);
	spin_lock(&page_table_lock);
	pt = pmd;
	spin_lock(&pt->ptl);
	empty = !READ_ONCE(pt->pte);
	if (empty)
		WRITE_ONCE(pmd, NULL);
	spin_unlock(&pt->ptl);
	spin_unlock(&page_table_lock);
	if (empty)
		kfree(pt);
	if (zap_alone)
		WRITE_ONCE(rooms.alone, false);
	else
		room_leave(PTL_USERS);
}

INVARIANT(one_group)
{
	return !rooms.inside[READERS] || !rooms.inside[PTL_USERS];
}

EVENTUALLY(ptl_user_gets_in)
{
	return ended(ptl_user, 0);
}

EXPECT(zap_alone && (entry == CURRENT_GROUP || entry == TURNSTILE), HOLDS);                             /* j, safety */
EXPECT(entry == CURRENT_GROUP,                                 LIVELOCK(ptl_user_gets_in), UNFAIR);     /* j */
EXPECT(entry == CURRENT_GROUP,                                 LIVELOCK(ptl_user_gets_in), WEAK);       /* j */
EXPECT(entry == CURRENT_GROUP,                                 LIVELOCK(ptl_user_gets_in), STRONG);     /* j */
EXPECT(entry == TURNSTILE,                                     HOLDS, WEAK);                            /* j, turnstile */
EXPECT(!zap_alone && (entry == CURRENT_GROUP || entry == TURNSTILE), USE_AFTER_FREE(ptpages));          /* k */
