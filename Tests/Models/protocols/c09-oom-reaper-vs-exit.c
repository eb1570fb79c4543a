/*
 * The OOM reaper walks the page tables of a task that exits meanwhile.
 *
 * Source: case c09; 212925802454 "mm: oom: let oom_reap_task and exit_mmap run concurrently", f798a1d4f94d.
 */
#include <lockwalk.h>

enum handshake { NOTHING, SKIP_THEN_LOCK, LOCK_THEN_SKIP, SKIP_ONLY };

CONFIG(enum handshake, handshake, SKIP_THEN_LOCK);
CONFIG(bool, victim, true);             /* false: process_mrelease() on an mm that is no victim: SKIP is never set */
CONFIG(bool, resets_list, false);       /* exit: mm->mmap = NULL under the lock */
CONFIG(bool, munlock, false);           /* exit: munlock walks the table, before the hand-shake */

struct table { spinlock_t ptl; bool pte; };
OBJECTS(struct table, tables, 1);
struct vma { struct table *table; };
OBJECTS(struct vma, vmas, 1);

static struct mm {
	struct rw_semaphore lock;
	struct vma *vmas;
	bool skip;
} mm;

INIT
{
	mm.vmas = alloc(vmas);
	mm.vmas->table = alloc(tables);
	mm.vmas->table->pte = true;
}

THREAD(reaper, 1)
{
	int tries;

	for (tries = 0; tries < 2; tries++) {
		struct vma *vma;

		if (!down_read_trylock(&mm.lock))
			continue;
		if (READ_ONCE(mm.skip)) {
			up_read(&mm.lock);
			return;
		}
		vma = READ_ONCE(mm.vmas);
		if (vma) {
			struct table *table = READ_ONCE(vma->table);

			spin_lock(&table->ptl);
			WRITE_ONCE(table->pte, false);
			spin_unlock(&table->ptl);
		}
		up_read(&mm.lock);
		if (victim)
			WRITE_ONCE(mm.skip, true);
		return;
	}
}

THREAD(exit_mmap, 1)
{
	struct vma *vma = READ_ONCE(mm.vmas);

	if (munlock) {
		struct table *table = READ_ONCE(vma->table);

		if (READ_ONCE(table->pte)) {
			spin_lock(&table->ptl);
			BUG_ON(!READ_ONCE(table->pte));         /* follow_page() finds it again */
			spin_unlock(&table->ptl);
		}
	}
	if (victim && handshake == SKIP_THEN_LOCK)
		WRITE_ONCE(mm.skip, true);
	if (handshake == SKIP_THEN_LOCK || handshake == LOCK_THEN_SKIP || resets_list) {
		down_write(&mm.lock);
		if (resets_list)
			WRITE_ONCE(mm.vmas, NULL);
		up_write(&mm.lock);
	}
	if (victim && (handshake == LOCK_THEN_SKIP || handshake == SKIP_ONLY))
		WRITE_ONCE(mm.skip, true);
	kfree(READ_ONCE(vma->table));
	kfree(vma);
}

EXPECT(handshake == NOTHING,                                    USE_AFTER_FREE);        /* E takes nothing */
EXPECT(handshake == SKIP_THEN_LOCK,                             HOLDS);
EXPECT(handshake == LOCK_THEN_SKIP,                             USE_AFTER_FREE);
EXPECT(handshake == SKIP_ONLY,                                  USE_AFTER_FREE, FREE_OF_LOCKED(tables));
EXPECT(handshake == SKIP_THEN_LOCK && !victim,                  USE_AFTER_FREE);        /* process_mrelease */
EXPECT(handshake == SKIP_THEN_LOCK && !victim && resets_list,   HOLDS);                 /* landed */
EXPECT(munlock,                                                 ASSERTION);             /* 27ae357fa82b */
