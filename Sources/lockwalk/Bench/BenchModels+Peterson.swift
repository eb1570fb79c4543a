extension BenchModels {
    /// The same text as Benchmarks/models/peterson.c; a test compares them.
    static let peterson = #"""
        /*
         * The filter lock: Peterson's algorithm for N threads. At most one is in the critical section.
         *
         * The same steps as peterson.pml and peterson.m: to be let past one rival and to be let past all because somebody
         * came later are two ways on, where both are open.
         */
        #include <lockwalk.h>

        CONFIG(int, N, 3);

        static u3 level[N];                     /* 0: does not compete */
        static u3 last[N];                      /* who came last to that level */
        static u3 ncrit;

        THREAD(process, N)
        {
        	u3 l = 1, k = 0;

        next_level:
        	WRITE_ONCE(level[self], l);
        	WRITE_ONCE(last[l], self);
        next_rival:
        	ATOMIC {
        		wait_until(k == self || level[k] < l || last[l] != self);
        		if ((k == self || level[k] < l) && (last[l] == self || maybe())) {
        			if (k < N - 1) {
        				k++;
        				goto next_rival;
        			}
        		}
        		k = 0;
        		if (l < N - 1) {
        			l++;
        			goto next_level;
        		}
        	}
        	ATOMIC { ncrit++; ASSERT(mutual_exclusion, ncrit == 1); }
        	ATOMIC { ncrit--; }
        	ATOMIC { level[self] = 0; l = 1; }
        	goto next_level;
        }

        EXPECT(true, HOLDS);

        """#
}
