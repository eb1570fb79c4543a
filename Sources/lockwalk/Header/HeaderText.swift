/// The header that `lockwalk header` prints. It fixes the names of the language: a model that compiles against one version
/// compiles against the next.
let headerText = #"""
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lockwalk.h - the names of the modelling language, for compilers, editors and indexers.
 *
 *         cc -std=gnu11 -fsyntax-only -Wall -I <directory of this file> model.c
 *
 * Lockwalk itself never reads this file: it knows these names. The definitions below only make a model valid C; what a
 * name means stands in the comment beside it, and is what the kernel means by it wherever the kernel has that name.
 *
 * Each access to shared memory is one step of its thread: a load, a store, an atomic or lock operation, alloc(), kfree().
 * Work on a thread's own locals belongs to the step before it. Names that begin with lw_ or LW_ are not for models.
 */
#ifndef LOCKWALK_H
#define LOCKWALK_H

#pragma GCC diagnostic ignored "-Wenum-compare"        /* a CONFIG against the constants of its type */
#pragma GCC diagnostic ignored "-Wswitch"
#pragma GCC diagnostic ignored "-Wunused-label"        /* at(thread, instance, label) names it */

#if !defined(__STDC_VERSION__) || __STDC_VERSION__ < 202311L
typedef _Bool bool;
enum { false, true };
#endif
#define NULL ((void *)0)
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef signed short s16;
typedef signed int s32;
/* Narrow unsigned integers: as many bits as the state keeps. A value that does not fit is an OVERFLOW; u8 and wider wrap as in C. */
typedef u8 u1, u2, u3, u4, u5, u6, u7;

#define LW_USED                      __attribute__((unused)) static
#define LW_CAT_(a, b)                a##b
#define LW_CAT(a, b)                 LW_CAT_(a, b)
bool lw_choice(void);
int lw_cpu(void);

/* ---- the parts of a model -------------------------------------------------- */

/* A parameter of the model, for conditions, array sizes, counts and flags alike: -D name=value picks another value. */
#define CONFIG(type, name, value)    enum { name = (value) }

/* All threads start after INIT. `self` is the instance, 0 .. count-1; a count of 0 leaves the thread out. Each has a CPU of
 * its own, the lowest number where THREAD_ON places none; the cpu of THREAD_ON and INTERRUPT may use `self` and CONFIGs. A
 * DAEMON need not end, and its waiting is no deadlock. */
#define THREAD(name, count)          LW_USED void lw_thread_##name(const int self)
#define THREAD_ON(cpu, name, count)  LW_USED void lw_thread_##name(const int self)
#define DAEMON(name, count)          LW_USED void lw_thread_##name(const int self)
/* A handler that may interrupt whatever runs on that CPU, at any step with interrupts on, up to `count` times (`self` is how
 * often it came before there), or never: FINALLY does not wait for it. It runs to its end before the CPU's threads go on; it
 * may not sleep, and no other handler interrupts it. To RCU_FLAVOR(CONSOLIDATED) it is a read-side section. */
#define INTERRUPT(cpu, name, count)  LW_USED void lw_thread_##name(const int self)
/* When threads that share a CPU switch. FULL (default): at any step, unless the one that runs has preemption off: in
 * preempt_disable(), local_irq_disable(), local_bh_disable(), with a spinlock held or spun for. rcu_read_lock() does not turn
 * preemption off. NONE: when the one that runs sleeps, ends, or calls cond_resched(). VOLUNTARY: at might_sleep() too, and
 * so before all that may sleep (mutex_lock(), down_read(), ...). wait_until() and smp_cond_load_*() spin: they never give the CPU
 * up by themselves. Callbacks of RCU run on a CPU of their own. */
#define PREEMPTION(kind)             struct lw_unused
#define INIT                         LW_USED void lw_init(void)

/* All the objects of a type that there can be. alloc() hands out any free one, zeroed, or NULL when none is left. With
 * SLAB_TYPESAFE_BY_RCU as a flag, kfree() leaves the contents, and the slot may come back at once. */
#define OBJECTS(type, name, count, ...) \
	LW_USED type *name; _Static_assert(sizeof(!(count)), "")
#define alloc(objects)               (lw_choice() ? (objects) : NULL)
void kfree(const void *object);                        /* NULL is fine */
void kfree_rcu(const void *object);                    /* kfree after a grace period */
enum { SLAB_TYPESAFE_BY_RCU = 1 };

#define GHOST                        __attribute__((unused))            /* a variable of the proof, not of the program */
#define PER_CPU(type, name)          LW_USED type name[8]
#define REGISTER(type, name)         LW_USED type name[8]             /* per CPU; never in a store buffer; seen by TLB_WALK */
#define this_cpu(name)               (name[lw_cpu()])
#define per_cpu(name, cpu)           (name[cpu])
#define smp_processor_id()           lw_cpu()
#define ATOMIC                                         /* ATOMIC { one step } */

/* ---- properties ------------------------------------------------------------ */

#define ASSERT(name, condition)      ((void)(condition))                /* sees the instant after the preceding step */
#define INVARIANT(name)              LW_USED bool name(void)            /* in every state */
#define FINALLY(name)                LW_USED bool name(void)            /* when all threads have ended */
#define SOMETIMES(name)              LW_USED bool name(void)            /* true in some run, else UNREACHED */
#define EVENTUALLY(name)             LW_USED bool name(void)            /* on every fair run, sooner or later */
#define ALWAYS_EVENTUALLY(name)      LW_USED bool name(void)            /* again and again */
#define LEADS_TO(name, p, q)         LW_USED bool name(void) { return (p) || (q); }
#define CONSTRAINT(name)             LW_USED bool name(void)            /* runs that leave it are cut, and the verdict says so */
#define CHECK(kind)                  struct lw_unused                   /* an optional check, on; a warning, now an error */
#define NO_CHECK(kind)               struct lw_unused

/* In properties, ASSERT and ghost code only: */
bool live(const void *object);                         /* allocated, not freed */
#define ended(thread, instance)      ((void)lw_thread_##thread, (void)(instance), lw_choice())
#define at(thread, instance, label)  ((void)lw_thread_##thread, (void)(instance), lw_choice())

/* EXPECT(condition over CONFIGs, verdict..., qualifier...): `lockwalk test` runs every variant for which the condition is true
 * and wants one of the verdicts. A CONFIG that the condition does not name keeps its default. Qualifiers: the fairness
 * (UNFAIR, WEAK, STRONG) and the memory model (SC, TSO, LKMM). */
#define EXPECT(condition, ...)       _Static_assert(sizeof(!(condition)), "")
/* Verdicts: HOLDS, or an error: USE_AFTER_FREE DOUBLE_FREE FREE_OF_LOCKED NULL_DEREF OUT_OF_BOUNDS BAD_UNLOCK RECURSIVE_LOCK
 * LOCK_HELD_AT_EXIT SLEEP_IN_ATOMIC UNBALANCED REFCOUNT OVERFLOW STALE_TLB ASSERTION VIOLATED DEADLOCK UNREACHED LIVELOCK, each
 * with the name of the OBJECTS, struct, property or assertion in brackets if wished: USE_AFTER_FREE(ptpages); or a warning that
 * is to be an error: LOCK_ORDER DATA_RACE; or a check on request: LEAK STALE_POINTER. */

/* ---- free choice and blocking ---------------------------------------------- */

bool maybe(void);                                      /* either value */
int pick(int low, int high);                           /* any value, both ends included */
void skip(void);                                       /* a step that does nothing */
#define wait_until(condition)        do { } while (!(condition))        /* one step: blocks until true */
#define BUG_ON(condition)            ((void)(condition))                /* ordinary code, not of the proof: its loads are steps */
#define WARN_ON(condition)           ({ bool lw_warn = (condition); lw_warn; })  /* an ASSERTION too, when true */
#define WARN_ON_ONCE(condition)      WARN_ON(condition)
#define likely(x)                    (x)
#define unlikely(x)                  (x)
void cpu_relax(void);

/* ---- locks ----------------------------------------------------------------- */

typedef struct { u8 lw; } spinlock_t;
typedef struct { u8 lw; } rwlock_t;
struct mutex { u8 lw; };
struct rw_semaphore { u8 lw; };
typedef struct { u8 lw; } seqcount_t;
typedef struct { u8 lw; } seqlock_t;
struct completion { u8 lw; };
typedef struct { u8 lw; } wait_queue_head_t;
struct srcu_struct { u8 lw; };
typedef struct { int counter; } atomic_t;
typedef struct { int counter; } refcount_t;
enum lw_locks { WRITER_QUEUED, READER_PREFERENCE, FIFO };
/* Of rw_semaphores: a waiting writer blocks new readers (WRITER_QUEUED, the default), or does not (READER_PREFERENCE).
 * FIFO: all sleeping locks are handed over in the order of the waiters. */
#define LOCKS(policy)                struct lw_unused
/* Bits for an int, atomic_t, refcount_t or seqcount_t: WIDTH(variable, n) or WIDTH(struct tag.field, n). Without it the bits
 * of the first three are found out, and a seqcount has 3. */
#define WIDTH(name, bits)            struct lw_unused

/* Owners are known: a second lock or an unlock by the wrong thread is an error. Spinlocks and rwlocks are held with
 * preemption off; the others sleep. A trylock of one's own lock fails. */

void spin_lock(spinlock_t *), spin_unlock(spinlock_t *), spin_lock_nested(spinlock_t *, int subclass);
void spin_lock_irq(spinlock_t *), spin_unlock_irq(spinlock_t *), spin_lock_bh(spinlock_t *), spin_unlock_bh(spinlock_t *);
#define spin_lock_irqsave(lock, flags)      ((flags) = 0, spin_lock_irq(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), spin_unlock_irq(lock))
bool spin_trylock(spinlock_t *), spin_is_locked(spinlock_t *);
void read_lock(rwlock_t *), read_unlock(rwlock_t *), write_lock(rwlock_t *), write_unlock(rwlock_t *);
bool read_trylock(rwlock_t *), write_trylock(rwlock_t *);
void mutex_lock(struct mutex *), mutex_lock_nested(struct mutex *, int subclass), mutex_unlock(struct mutex *);
bool mutex_trylock(struct mutex *), mutex_is_locked(struct mutex *);
void down_read(struct rw_semaphore *), down_read_nested(struct rw_semaphore *, int subclass), up_read(struct rw_semaphore *);
void down_write(struct rw_semaphore *), down_write_nested(struct rw_semaphore *, int subclass), up_write(struct rw_semaphore *);
void downgrade_write(struct rw_semaphore *);
bool down_read_trylock(struct rw_semaphore *), down_write_trylock(struct rw_semaphore *), rwsem_is_locked(struct rw_semaphore *);
#define lockdep_assert_held(lock)    ((void)(lock))
#define lockdep_assert_held_write(lock) ((void)(lock))

unsigned read_seqcount_begin(const seqcount_t *), raw_read_seqcount(const seqcount_t *);
bool read_seqcount_retry(const seqcount_t *, unsigned start);
void write_seqcount_begin(seqcount_t *), write_seqcount_end(seqcount_t *);
void raw_write_seqcount_begin(seqcount_t *), raw_write_seqcount_end(seqcount_t *);
unsigned read_seqbegin(const seqlock_t *);
bool read_seqretry(const seqlock_t *, unsigned start);
void write_seqlock(seqlock_t *), write_sequnlock(seqlock_t *);

/* ---- grace periods, context, interrupts ------------------------------------ */

void rcu_read_lock(void), rcu_read_unlock(void), synchronize_rcu(void), rcu_barrier(void);
#define call_rcu(object, function)   function(object)  /* function(object), after a grace period */
int srcu_read_lock(struct srcu_struct *);
void srcu_read_unlock(struct srcu_struct *, int index), synchronize_srcu(struct srcu_struct *), srcu_barrier(struct srcu_struct *);
#define call_srcu(domain, object, function) function(object)
#define RCU_FLAVOR(kind)             struct lw_unused   /* CONSOLIDATED (default), PREEMPT_ONLY; may depend on a CONFIG */
enum lw_rcu_flavor { CONSOLIDATED, PREEMPT_ONLY };
void preempt_disable(void), preempt_enable(void), local_irq_disable(void), local_irq_enable(void);
void local_bh_disable(void), local_bh_enable(void);
#define local_irq_save(flags)        ((flags) = 0, local_irq_disable())
#define local_irq_restore(flags)     ((void)(flags), local_irq_enable())
void might_sleep(void), cond_resched(void);            /* errors in atomic context; see PREEMPTION */
void smp_call_function_sync(void);                     /* spins until every other CPU has had interrupts on */
#define tlb_remove_table_sync_one()  smp_call_function_sync()
/* Run `static void function(type argument)` as an interrupt on one CPU, on all others, on all; the sender spins, with preemption
 * off, until it has run there. An error with interrupts off and in interrupts, as for smp_call_function_sync(). */
#define smp_call_function_single(cpu, function, argument) ((void)(cpu), function(argument))
#define smp_call_function(function, argument)             function(argument)
#define on_each_cpu(function, argument)                   function(argument)

/* ---- memory ---------------------------------------------------------------- */

/* One step each, on a scalar, a pointer, or a whole struct of at most 64 bits (a "packed word": pmd_t, a lockref). */
#define READ_ONCE(x)                 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)         ((void)((x) = (value)))
#define smp_load_acquire(p)          READ_ONCE(*(p))
#define smp_store_release(p, value)  WRITE_ONCE(*(p), value)
#define smp_store_mb(x, value)       WRITE_ONCE(x, value)
#define rcu_dereference(p)           READ_ONCE(p)
#define rcu_access_pointer(p)        READ_ONCE(p)
#define rcu_assign_pointer(p, value) WRITE_ONCE(p, value)
#define RCU_INIT_POINTER(p, value)   WRITE_ONCE(p, value)
#define smp_cond_load_acquire(p, condition) \
	({ __typeof__(*(p)) VAL; do { VAL = READ_ONCE(*(p)); } while (!(condition)); VAL; })
#define smp_cond_load_relaxed        smp_cond_load_acquire
void smp_mb(void), smp_rmb(void), smp_wmb(void), barrier(void);
void smp_mb__before_atomic(void), smp_mb__after_atomic(void), smp_mb__after_spinlock(void), smp_mb__after_unlock_lock(void);

#define LW_XCHG(p, value) \
	({ __typeof__(*(p)) lw_old = *(p); *(p) = (value); lw_old; })
#define LW_CMPXCHG(p, expected, value) \
	({ __typeof__(*(p)) lw_old = *(p); *(p) = (value); (void)(expected); lw_old; })
#define LW_TRY_CMPXCHG(p, expected, value) \
	({ *(expected) = *(p); *(p) = (value); lw_choice(); })
#define xchg(p, v)                   LW_XCHG(p, v)
#define xchg_relaxed(p, v)           LW_XCHG(p, v)
#define xchg_acquire(p, v)           LW_XCHG(p, v)
#define xchg_release(p, v)           LW_XCHG(p, v)
#define cmpxchg(p, e, v)             LW_CMPXCHG(p, e, v)
#define cmpxchg_relaxed(p, e, v)     LW_CMPXCHG(p, e, v)
#define cmpxchg_acquire(p, e, v)     LW_CMPXCHG(p, e, v)
#define cmpxchg_release(p, e, v)     LW_CMPXCHG(p, e, v)
#define try_cmpxchg(p, e, v)         LW_TRY_CMPXCHG(p, e, v)
#define try_cmpxchg_relaxed(p, e, v) LW_TRY_CMPXCHG(p, e, v)
#define try_cmpxchg_acquire(p, e, v) LW_TRY_CMPXCHG(p, e, v)
#define try_cmpxchg_release(p, e, v) LW_TRY_CMPXCHG(p, e, v)

#define LW_ORDERED(declare)          declare(, ) declare(_relaxed, ) declare(_acquire, ) declare(_release, )
#define LW_ATOMICS(order, _) \
	int atomic_add_return##order(int, atomic_t *), atomic_sub_return##order(int, atomic_t *); \
	int atomic_inc_return##order(atomic_t *), atomic_dec_return##order(atomic_t *); \
	int atomic_fetch_add##order(int, atomic_t *), atomic_fetch_sub##order(int, atomic_t *); \
	int atomic_fetch_or##order(int, atomic_t *), atomic_fetch_and##order(int, atomic_t *); \
	int atomic_fetch_andnot##order(int, atomic_t *), atomic_fetch_xor##order(int, atomic_t *); \
	int atomic_xchg##order(atomic_t *, int), atomic_cmpxchg##order(atomic_t *, int expected, int value); \
	bool atomic_try_cmpxchg##order(atomic_t *, int *expected, int value);
LW_ORDERED(LW_ATOMICS)
int atomic_read(const atomic_t *), atomic_read_acquire(const atomic_t *);
void atomic_set(atomic_t *, int), atomic_set_release(atomic_t *, int);
void atomic_inc(atomic_t *), atomic_dec(atomic_t *), atomic_add(int, atomic_t *), atomic_sub(int, atomic_t *);
void atomic_or(int, atomic_t *), atomic_and(int, atomic_t *), atomic_andnot(int, atomic_t *);
bool atomic_dec_and_test(atomic_t *), atomic_sub_and_test(int, atomic_t *), atomic_inc_not_zero(atomic_t *);
bool atomic_add_unless(atomic_t *, int add, int unless), atomic_dec_and_lock(atomic_t *, spinlock_t *);
int refcount_read(const refcount_t *);
void refcount_set(refcount_t *, int), refcount_inc(refcount_t *), refcount_dec(refcount_t *);
bool refcount_inc_not_zero(refcount_t *), refcount_dec_and_test(refcount_t *), refcount_freeze(refcount_t *, int expected);
#define set_bit(bit, word)           ((void)(*(word) |= 1u << (bit)))
#define clear_bit(bit, word)         ((void)(*(word) &= ~(1u << (bit))))
#define test_bit(bit, word)          ((bool)((*(word) >> (bit)) & 1))
#define test_and_set_bit(bit, word)   (set_bit(bit, word), lw_choice())
#define test_and_clear_bit(bit, word) (clear_bit(bit, word), lw_choice())
#define test_and_set_bit_lock(bit, word) test_and_set_bit(bit, word)
#define clear_bit_unlock(bit, word)   clear_bit(bit, word)
#define this_cpu_inc(x)              ((void)(x)++)
#define this_cpu_dec(x)              ((void)(x)--)

/* ---- waiting --------------------------------------------------------------- */

#define wait_event(queue, condition) do { (void)(queue); } while (!(condition))
void wake_up(wait_queue_head_t *), wake_up_all(wait_queue_head_t *);
void prepare_to_wait(wait_queue_head_t *), finish_wait(wait_queue_head_t *), schedule(void);
void set_current_state(int state);
#define wake_up_process(thread, instance) ((void)lw_thread_##thread, (void)(instance))
enum { TASK_RUNNING, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE };
void wait_for_completion(struct completion *), complete(struct completion *), complete_all(struct completion *);

/* ---- TLBs: what a CPU's hardware may remember ------------------------------ */

/* TLB(type, name, entries): on each CPU, `entries` remembered values of `type`. TLB_WALK(name) is the hardware: as a step of its
 * own, at any time while the body lets it, it may call tlb_fill() for `entry` on `cpu`. A user access goes through tlb_access(): one
 * step that either finds the entry, puts its value in *value and returns true, or returns false; put it and the use of the value
 * into one ATOMIC, as hardware does. */
#define TLB(type, name, entries)     LW_USED struct { bool valid; type value; } name[8][entries]
#define TLB_WALK(name)               LW_USED void lw_walk_##name(const int cpu, const int entry)
#define tlb_fill(name, cpu, entry, what)  ((void)(name[cpu][entry].value = (what)))
#define tlb_access(name, entry, valuep)   (*(valuep) = name[lw_cpu()][entry].value, name[lw_cpu()][entry].valid)
#define ALL_ENTRIES (-1)
#define ALL_CPUS (~0u)
#define tlb_flush_local(name, entry)           ((void)name, (void)(entry))
#define tlb_flush_ipi(name, entry, cpus)       ((void)name, (void)(entry), (void)(cpus))       /* waits for CPUs with interrupts off */
#define tlb_flush_broadcast(name, entry, cpus) ((void)name, (void)(entry), (void)(cpus))       /* does not */

"""#
