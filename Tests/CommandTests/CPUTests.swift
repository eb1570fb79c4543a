import Testing

/// Runs in which CPUs matter, as they are told.
@Suite struct CPUTests {
    private func check(_ model: String, _ golden: String) throws {
        let scratch = try Scratch()
        try scratch.write("m.c", "#include <lockwalk.h>\n\n" + model)
        let answer = try Program.run(["check", "m.c"], in: scratch.url)
        #expect(answer.code == 1)
        expectGolden(answer.out.replacing(/; [0-9.]+ m?s\n/, with: "; TIME\n"), golden)
    }

    @Test func anInterruptSpinsForWhatItInterrupted() throws {
        try check(
            """
            static spinlock_t lock;
            static int count;

            THREAD(walker, 1)
            {
                    spin_lock(&lock);
                    count++;
                    spin_unlock(&lock);
            }

            INTERRUPT(0, timer, 1)
            {
                    spin_lock(&lock);
                    count++;
                    spin_unlock(&lock);
            }

            """, "cpu-interrupt.txt")
    }

    @Test func aSpinningThreadKeepsItsCPU() throws {
        try check(
            """
            PREEMPTION(VOLUNTARY);
            static int ready;

            THREAD_ON(1, waiter, 1) { wait_until(ready); }
            THREAD_ON(1, waker, 1) { cond_resched(); WRITE_ONCE(ready, 1); }

            """, "cpu-kept.txt")
    }

    @Test func anIPIWaitsForAnotherCPU() throws {
        try check(
            """
            static spinlock_t lock;
            static int flushed;

            static void flush(int page) { WRITE_ONCE(flushed, page); }

            THREAD(zap, 1)
            {
                    spin_lock(&lock);
                    on_each_cpu(flush, 1);
                    spin_unlock(&lock);
            }

            THREAD(fault, 1)
            {
                    spin_lock_irq(&lock);
                    spin_unlock_irq(&lock);
            }

            """, "cpu-ipi.txt")
    }

    @Test func aSwitchIsShown() throws {
        try check(
            """
            static int count;

            THREAD_ON(0, t, 2)
            {
                    count++;
            }

            FINALLY(both) { return count == 2; }

            """, "cpu-switch.txt")
    }
}
