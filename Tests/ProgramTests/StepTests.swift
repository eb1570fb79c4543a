import Program
import Testing

/// The body of a thread, and the steps that it takes.
struct Stepping: Sendable, CustomTestStringConvertible {
    let body: String
    let steps: [Step.Kind]

    init(_ body: String, _ steps: [Step.Kind]) {
        self.body = body
        self.steps = steps
    }

    var testDescription: String { body }
}

/// What is one step, and what is several.
@Suite struct StepTests {
    static let accesses: [Stepping] = [
        Stepping("x = 1;", [.store]),
        Stepping("x++;", [.load, .store]),
        Stepping("++x;", [.load, .store]),
        Stepping("x += 2;", [.load, .store]),
        Stepping("y = x;", [.load, .store]),
        Stepping("x = y = 1;", [.store, .store]),
        Stepping("a[1] = x;", [.load, .store]),
        Stepping("a[x] = y;", [.load, .load, .store]),
        Stepping("page.refs = 1;", [.store]),
        // The address first, then the value, then the store.
        Stepping("head->refs = y;", [.load, .load, .store]),
        Stepping("head->next->refs = 1;", [.load, .load, .store]),
        Stepping("struct page *p = head; p->refs = y;", [.load, .load, .store]),
        Stepping("int i = x; int j = i + 1; y = i * j;", [.load, .store]),
        Stepping("int i = 0; i++; i += 2;", []),
        Stepping("READ_ONCE(x);", [.load]),
        Stepping("WRITE_ONCE(x, y);", [.load, .store]),
        Stepping("struct pte mine = READ_ONCE(pte); WRITE_ONCE(pte, mine);", [.load, .store]),
        Stepping("struct pte mine = make(3); pte.pfn = mine.pfn;", [.store]),
        Stepping("xchg(&x, 1);", [.readModifyWrite]),
        Stepping("int old = 0; if (try_cmpxchg(&x, &old, 1)) y = old;", [.readModifyWrite, .store]),
        Stepping("smp_store_release(&x, smp_load_acquire(&y));", [.load, .store]),
        Stepping("atomic_inc(&counter);", [.readModifyWrite]),
        Stepping("x = atomic_read(&counter) + 1;", [.load, .store]),
        Stepping("set_bit(3, &word);", [.readModifyWrite]),
        Stepping("spin_lock(&lock); spin_unlock(&lock);", [.lock, .unlock]),
        Stepping("struct page *p = alloc(pages); kfree(p);", [.allocate, .free]),
        Stepping("x = pick(0, 2) + maybe();", [.choice, .choice, .store]),
        Stepping("skip();", [.skip]),
        Stepping("smp_mb(); barrier(); cpu_relax();", []),
    ]

    static let control: [Stepping] = [
        Stepping("if (x && y) skip();", [.load, .load, .skip]),
        Stepping("int c = x || y;", [.load, .load]),
        Stepping("int c = x ? y : a[0];", [.load, .load, .load]),
        Stepping("if (likely(!x)) skip();", [.load, .skip]),
        Stepping("while (x) ;", [.load]),
        Stepping("for (int i = 0; i < 2; i++) a[i] = 0;", [.store]),
        // The test of a shared variable is a step each time.
        Stepping("for (x = 0; x < 2; x++) skip();", [.store, .load, .skip, .load, .store]),
        Stepping("switch (x) { case 0: y = 1; break; default: y = 2; }", [.load, .store, .store]),
        Stepping("ATOMIC { x++; y = x; head->refs = 1; }", [.atomic]),
        Stepping("ATOMIC { wait_until(x == 0); x = 1; }", [.atomic]),
        Stepping("ATOMIC { ATOMIC { x = 1; } y = 1; }", [.atomic]),
        Stepping("ATOMIC { spin_lock(&lock); } spin_unlock(&lock);", [.atomic, .unlock]),
        Stepping("wait_until(x && y);", [.waitUntil]),
        Stepping("wait_until(both() == 2);", [.waitUntil]),
        Stepping("smp_cond_load_acquire(&x, VAL == 1);", [.waitUntil]),
        Stepping("x = twice(y);", [.load, .store]),
        Stepping("x = both();", [.load, .load, .store]),
        Stepping("ghost = x + y; ASSERT(sum, x == y);", []),
        Stepping("BUG_ON(x == y);", [.load, .load]),
        Stepping("int n = sizeof(a) / sizeof(a[0]) + sizeof(*head);", []),
        Stepping("if (0) x = 1; else y = 1;", [.store]),
        Stepping("return; x = 1;", []),
        Stepping("goto out; x = 1; out: y = 1;", [.store]),
    ]

    @Test(arguments: accesses + control) func stepsOfBody(_ wanted: Stepping) {
        let lowered = lowerBody(wanted.body)
        #expect(lowered.diagnostics.errorCount == 0, "\(lowered.rendered)")
        #expect(lowered.steps() == wanted.steps)
    }

    @Test func aStepKnowsItsTextAndWhereItWasCalled() throws {
        let lowered = lower(
            """
            static int x;
            static void set(int to) { x  =
                    to; }

            THREAD(t, 1) { set(4); }
            """)
        let step = try #require(lowered.code(of: "t")?.steps.first)
        #expect(step.text == "x = to")
        #expect(step.function == "set")
        #expect(step.callSites.compactMap { lowered.texts.place(of: $0)?.line } == [6])
    }

    @Test func orderingsStayVisible() {
        let lowered = lowerBody("smp_load_acquire(&x); smp_store_release(&x, 1); xchg(&x, 2); READ_ONCE(x);")
        #expect(lowered.code(of: "t")?.steps.map(\.ordering) == [.acquire, .release, .full, .relaxed])
    }
}
