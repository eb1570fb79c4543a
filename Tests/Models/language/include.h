#ifndef COUNTER_H
#define COUNTER_H

#define USERS 3

struct counter {
	spinlock_t lock;
	u2 value;
};

static void count(struct counter *counter)
{
	spin_lock(&counter->lock);
	counter->value++;
	spin_unlock(&counter->lock);
}

#endif
