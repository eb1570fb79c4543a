/* spin_lock excludes, spin_trylock tells, spin_is_locked looks; the irq, bh and irqsave forms are the same lock. */
#include <lockwalk.h>

enum form { BASIC, IRQ, IRQSAVE, BH, NESTED, TRY };

CONFIG(enum form, form, BASIC);

static spinlock_t lock;
static u2 count, failed;

THREAD(user, 2)
{
	unsigned long flags = 0;

	switch (form) {
	case BASIC:
		spin_lock(&lock);
		break;
	case IRQ:
		spin_lock_irq(&lock);
		break;
	case IRQSAVE:
		spin_lock_irqsave(&lock, flags);
		break;
	case BH:
		spin_lock_bh(&lock);
		break;
	case NESTED:
		spin_lock_nested(&lock, 1);
		break;
	case TRY:
		if (!spin_trylock(&lock)) {
			ATOMIC { failed++; }
			return;
		}
		break;
	}
	count++;
	BUG_ON(!spin_is_locked(&lock));
	if (form == IRQ)
		spin_unlock_irq(&lock);
	else if (form == IRQSAVE)
		spin_unlock_irqrestore(&lock, flags);
	else if (form == BH)
		spin_unlock_bh(&lock);
	else
		spin_unlock(&lock);
}

FINALLY(all_counted)
{
	return count + failed == 2;
}

SOMETIMES(trylock_failed)
{
	return form != TRY || failed;
}

EXPECT(form <= TRY, HOLDS);
