/* The ordered accesses and barriers: message passing holds under sequential consistency whatever is written. */
#include <lockwalk.h>

enum form { RELAXED, ACQUIRE_RELEASE, BARRIERS, WAITING, STORE_MB };

CONFIG(enum form, form, ACQUIRE_RELEASE);

static u1 data, flag;

THREAD(sender, 1)
{
	WRITE_ONCE(data, 1);
	if (form == BARRIERS)
		smp_wmb();
	if (form == ACQUIRE_RELEASE || form == WAITING)
		smp_store_release(&flag, 1);
	else if (form == STORE_MB)
		smp_store_mb(flag, 1);
	else
		WRITE_ONCE(flag, 1);
}

THREAD(receiver, 1)
{
	u1 f, d;

	if (form == WAITING)
		f = smp_cond_load_acquire(&flag, VAL == 1);
	else if (form == ACQUIRE_RELEASE)
		f = smp_load_acquire(&flag);
	else
		f = READ_ONCE(flag);
	if (form == BARRIERS)
		smp_rmb();
	d = READ_ONCE(data);
	ASSERT(arrived, !f || d);
}

EXPECT(form <= STORE_MB,                                             HOLDS);
EXPECT(form == ACQUIRE_RELEASE || form == BARRIERS || form == WAITING, HOLDS, LKMM);
EXPECT(form == RELAXED || form == STORE_MB,                          ASSERTION(arrived), LKMM);
EXPECT(form <= STORE_MB,                                             HOLDS, TSO);
