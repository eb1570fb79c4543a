/*
 * A sleeping lock for readers or one writer that a reader can turn into a writer's, which the kernel's rwsem cannot.
 *
 * No queue: a waiting writer does not keep new readers out. Nobody owns it: it may be released by another thread.
 */
#ifndef UPGRADABLE_RWSEM_H
#define UPGRADABLE_RWSEM_H

struct upgradable_rwsem {
	u3   readers;
	bool writer;
};

static inline void upgradable_read(struct upgradable_rwsem *sem)
{
	might_sleep();
	ATOMIC { wait_until(!sem->writer); sem->readers++; }
}

static inline void upgradable_read_unlock(struct upgradable_rwsem *sem)
{
	ATOMIC { sem->readers--; }
}

static inline void upgradable_write(struct upgradable_rwsem *sem)
{
	might_sleep();
	ATOMIC { wait_until(!sem->writer && !sem->readers); sem->writer = true; }
}

static inline void upgradable_write_unlock(struct upgradable_rwsem *sem)
{
	WRITE_ONCE(sem->writer, false);
}

/* Waits for all other readers to leave: two that do this wait for each other. */
static inline void upgrade_read(struct upgradable_rwsem *sem)
{
	might_sleep();
	ATOMIC { wait_until(sem->readers == 1); sem->readers = 0; sem->writer = true; }
}

/* Only if there is no other reader; else the lock is still held for read. */
static inline bool upgrade_read_trylock(struct upgradable_rwsem *sem)
{
	ATOMIC {
		if (sem->readers != 1)
			return false;
		sem->readers = 0;
		sem->writer = true;
	}
	return true;
}

#endif
