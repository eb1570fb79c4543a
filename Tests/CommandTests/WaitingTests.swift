import Testing

/// Runs about sleeping tasks and TLBs, as they are told.
@Suite struct WaitingTests {
    private func check(_ model: String, _ golden: String) throws {
        let scratch = try Scratch()
        try scratch.write("m.c", "#include <lockwalk.h>\n\n" + model)
        let answer = try Program.run(["check", "m.c"], in: scratch.url)
        #expect(answer.code == 1)
        expectGolden(answer.out.replacing(/; [0-9.]+ m?s\n/, with: "; TIME\n"), golden)
    }

    /// When the last wake-up came, and why it was of no use.
    @Test func aLostWakeUp() throws {
        try check(
            """
            static wait_queue_head_t wq;
            static bool done;

            THREAD(zap, 1) { wait_event(wq, READ_ONCE(done)); }
            THREAD(flusher, 1)
            {
            	wake_up(&wq);
            	WRITE_ONCE(done, true);
            }

            """, "lost-wake-up.txt")
    }

    /// Who is woken, and that nobody was.
    @Test func aSpuriousWakeUp() throws {
        try check(
            """
            static wait_queue_head_t wq;
            static bool done;

            THREAD(waiter, 2)
            {
            	prepare_to_wait(&wq);
            	if (!READ_ONCE(done))
            		schedule();
            	finish_wait(&wq);
            	ASSERT(is_done, self == 0 || done);
            }
            THREAD(waker, 1)
            {
            	wake_up_process(waiter, 0);
            	wake_up_all(&wq);
            	WRITE_ONCE(done, true);
            }

            """, "spurious-wake-up.txt")
    }

    /// Since when the TLB has had the translation, and what a flush did not reach.
    @Test func aStaleTranslation() throws {
        try check(
            """
            struct page { u1 data; };
            OBJECTS(struct page, pages, 1);
            static struct page *pte;
            TLB(struct page *, tlb, 1);

            INIT { pte = alloc(pages); }
            TLB_WALK(tlb)
            {
            	if (pte)
            		tlb_fill(tlb, cpu, entry, pte);
            }
            THREAD(user, 1)
            {
            	struct page *p;

            	ATOMIC {
            		if (tlb_access(tlb, 0, &p))
            			p->data = 1;
            	}
            }
            THREAD(zap, 1)
            {
            	struct page *p;

            	tlb_flush_ipi(tlb, 0, ALL_CPUS);
            	p = xchg(&pte, NULL);
            	kfree(p);
            }
            THREAD_ON(2, other, 1) { skip(); }

            """, "stale-tlb.txt")
    }
}
