/// A model that uses every construct of the language, as a C compiler accepts it with the header.
let sample = #"""
    #include <lockwalk.h>
    #define SLOTS 2   /* an object-like macro */
    #define LAST (SLOTS - \
            1)
    #ifndef GUARD
    #define GUARD
    #endif

    enum rule { NO_RECHECK, RECHECK = 1, };
    typedef enum { IDLE, BUSY } phase_t;
    CONFIG(enum rule, rule, RECHECK);
    CONFIG(bool, fast, true);
    CONFIG(int, walkers, 2);

    struct ptpage {
            spinlock_t ptl;
            u2 nr_present, other;
            unsigned int flags : 3, mode : 2;
            GHOST u1 freed;
            struct { int a, b; } pair[SLOTS];
            struct ptpage *next;
            phase_t phase;
            const char tag;
    };
    OBJECTS(struct ptpage, ptpages, SLOTS);
    OBJECTS(struct ptpage, safe, 1, SLAB_TYPESAFE_BY_RCU);

    static struct mm {
            spinlock_t page_table_lock;
            struct ptpage *pmd;
            struct mutex lock;
            int table[2][3];
    } mm = { .pmd = NULL, .table = { [1] = { 1, 2, 3 }, [0][2] = 4 } }, *current_mm = &mm;

    typedef unsigned long pfn_t, *pfnp_t;
    typedef struct ptpage page_t;
    struct later;
    GHOST static int holders;
    static GHOST int writers, readers = 0;
    static long unsigned int big = 0xffUL + 0b101 + 017 + 'a' + '\n' + '\x41';
    static signed char small;
    static short int s;
    static volatile u64 wide = 1ULL;
    static bool done, ready = true;
    static int list[] = { 1, 2, 3, };
    static u32 x, y;
    PER_CPU(int, counter);
    static rwlock_t rw; static seqcount_t seq; static atomic_t refs; static wait_queue_head_t queue;

    static int helper(struct ptpage *pt, const int n, int v[]);
    static inline __attribute__((unused)) int helper(struct ptpage *pt, const int n, int v[])
    {
            return pt ? pt->nr_present + n + v[0] : -1;
    }
    static struct mm copy(struct mm m) { return m; }
    static __attribute__((unused)) void nothing(void) { (void)copy(mm); }
    static void release(struct ptpage *pt) { kfree(pt); }

    INIT { mm.pmd = alloc(ptpages); per_cpu(counter, 0) = 1; }

    THREAD(walker, walkers)
    {
            struct ptpage *pt = READ_ONCE(mm.pmd), *other;
            unsigned flags;
            static int shared;
            int i = 0, arr[3] = { 0 };
            struct mm local = (struct mm){ .pmd = pt };
            GHOST int seen = 0;

            if (!pt)
                    return;
            spin_lock(&pt->ptl);
            spin_lock_irqsave(&mm.page_table_lock, flags);
            spin_unlock_irqrestore(&mm.page_table_lock, flags);
            ATOMIC { wait_until(x == 0); holders++; }
    again:
            for (int k = 0; k < LAST; k++, i += 2)
                    arr[k] = k << 1 | 1;
            for (;;) { break; }
            while (i > 0 && !done || maybe())
                    --i;
            do { i++; continue; } while (i < 3);
            switch (pt->phase) {
            case IDLE:
            case BUSY:
                    i = helper(pt, 1, list) ? 1 : 0;
                    break;
            default:
                    i = sizeof(struct mm) + sizeof i + sizeof(int[2]);
            }
            if (i) goto again; else if (s) { goto out; } else ;
            other = (i, pt);
            x = y = (u32)i; x += 1; x <<= 2; x >>= 1; x &= ~1u; x |= 4; x ^= 1; x *= 2; x /= 2; x %= 3; x -= 1;
            *(&x) = list[pick(0, 2)] + +i - -i;
            pt->pair[0].a = local.table[1][2], small = (signed char)i;
            ASSERT(mine, other == pt && at(walker, 0, out) >= 0);
            smp_cond_load_acquire(&x, VAL == 0);
            call_rcu(pt, release);
            this_cpu(counter)++;
            shared = fast ? 1 : rule == RECHECK ? 2 : 3;
            seen = shared; (void)seen; (void)arr;
            spin_unlock(&pt->ptl);
            return;
    out:
            ;
    last:
    }

    DAEMON(flusher, 1) { for (;;) wait_event(queue, done); }
    INVARIANT(one) { return holders <= 1; }
    FINALLY(all) { return ended(walker, 0) && !live(mm.pmd); }
    SOMETIMES(got) { return x == 3; };
    EVENTUALLY(ev) { return done; }
    ALWAYS_EVENTUALLY(ae) { return ready; }
    LEADS_TO(lt, done == 0, done == 1)
    CONSTRAINT(within) { return x < 5; }
    CHECK(STALE_POINTER);
    NO_CHECK(DATA_RACE);
    RCU_FLAVOR(fast ? PREEMPT_ONLY : CONSOLIDATED);
    LOCKS(READER_PREFERENCE);
    PREEMPTION(NONE);
    WIDTH(refs, 2);
    WIDTH(struct mm.table, 3);
    THREAD_ON(0, placed, 1) { x = 1; }
    INTERRUPT(0, tick, 1) { x = 2; }
    REGISTER(int, cr3);
    TLB(int, tlb, 2);
    TLB_WALK(tlb) { tlb_fill(tlb, cpu, entry, x); }
    EXPECT(rule == NO_RECHECK, USE_AFTER_FREE(ptpages), VIOLATED(one), WEAK);
    EXPECT(rule == RECHECK && !fast, HOLDS);
    """#
