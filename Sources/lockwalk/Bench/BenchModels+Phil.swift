extension BenchModels {
    /// The same text as Benchmarks/models/phil.c; a test compares them.
    static let phil = #"""
        /*
         * N dining philosophers; with `ordered` the last one takes the lower fork first, and there is no deadlock.
         * The same steps as phil.pml and phil.m.
         */
        #include <lockwalk.h>

        CONFIG(int, N, 8);
        CONFIG(bool, ordered, true);

        static u1 fork[N];

        THREAD(philosopher, N)
        {
        	for (;;) {
        		ATOMIC {
        			wait_until(!fork[ordered && self == N - 1 ? 0 : self]);
        			fork[ordered && self == N - 1 ? 0 : self] = 1;
        		}
        		ATOMIC {
        			wait_until(!fork[ordered && self == N - 1 ? N - 1 : (self + 1) % N]);
        			fork[ordered && self == N - 1 ? N - 1 : (self + 1) % N] = 1;
        		}
        		WRITE_ONCE(fork[ordered && self == N - 1 ? 0 : self], 0);
        		WRITE_ONCE(fork[ordered && self == N - 1 ? N - 1 : (self + 1) % N], 0);
        	}
        }

        EXPECT(ordered, HOLDS);
        EXPECT(!ordered, DEADLOCK);

        """#
}
