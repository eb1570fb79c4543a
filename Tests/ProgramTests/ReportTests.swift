import Program
import Syntax
import Testing

/// Errors come out several at a time, in the order of the text, each once.
@Suite struct ReportTests {
    @Test func severalErrorsInTheOrderOfTheText() {
        let lowered = lower(
            """
            static int x[0];
            INVARIANT(late) { return y == 1; }
            static struct nothing n;
            static void f(void) { x[0] = 1; z = 2; }
            THREAD(t, 1) { f(); spin_lok(&x); }
            THREAD(u, 1) { f(); self = 1; }
            INIT { f(); continue; }
            """)
        #expect(
            lowered.faults == [
                "L0411 2:14", "L0400 3:26", "L0405 4:23", "L0400 5:33", "L0401 6:21", "L0439 7:21", "L0433 8:13",
            ])
        #expect(lowered.diagnostics.all.allSatisfy { $0.suggestion != nil })
    }

    /// What follows from one error is not told as another.
    @Test(arguments: [
        ("static int a[0];\nTHREAD(t, 1) { a[0] = 1; int v = a[0]; a[0] = v; }", ["L0411"]),
        ("static int a[9000];\nTHREAD(t, 1) { a[0] = 1; }", ["L0411"]),
        ("static int a[4096][4];\nTHREAD(t, 1) { a[0][0] = 1; }", ["L0477"]),
        ("THREAD(t, 1) { int v = nothing; skip(); int w = v; w++; }", ["L0400"]),
        ("THREAD(t, 1) { spinlock_t l; spin_lock(&l); }", ["L0448"]),
        ("static int f(void) { return nothing; }\nTHREAD(t, 1) { int v = f(); skip(); v++; }", ["L0400"]),
        ("static int f(int n) { return n ? f(n - 1) : 0; }\nTHREAD(t, 1) { int v = f(2); v++; }", ["L0426"]),
        ("THREAD(t, 99) { skip(); }\nINVARIANT(i) { return !ended(t, 0); }", ["L0455"]),
        ("struct s { int v; };\nOBJECTS(struct s, pool, 65);\nTHREAD(t, 1) { struct s *p = alloc(pool); kfree(p); }", ["L0453"]),
        ("static struct none s;\nTHREAD(t, 1) { s.v = 1; }", ["L0405"]),
    ])
    func oneCauseIsToldOnce(_ text: String, _ codes: [String]) {
        let lowered = lower(text)
        #expect(lowered.codes == codes, "\(lowered.rendered)")
    }

    /// A function that is inlined twice, or a model that is lowered in several passes, tells a fault once.
    @Test func inlinedFaultsAreToldOnce() {
        let lowered = lower(
            """
            struct s { int v; };
            OBJECTS(struct s, pool, 2);
            static void f(struct s *p) { p->w = 1; }
            THREAD(t, 2) { struct s *p = alloc(pool); f(p); f(p); kfree_rcu(p); }
            """)
        #expect(lowered.faults == ["L0406 4:33"])
    }

    @Test func warningsAreToldOnce() {
        let lowered = lower("static int x;\nGHOST int g;\nTHREAD(t, 2) { x = 1; g = 1; g = 2; }")
        #expect(lowered.model != nil)
        #expect(lowered.faults == ["L0468 4:30"])
    }

    @Test func moreErrorsThanAreKeptAreCounted() {
        let body = (0..<50).map { "n\($0) = 1;" }.joined(separator: "\n")
        let lowered = lower("THREAD(t, 1) {\n\(body)\n}")
        #expect(lowered.diagnostics.all.count == Diagnostics.keptMax)
        #expect(lowered.diagnostics.errorCount == 50)
    }

    @Test func suggestionsNameTheNearest() {
        func suggestion(_ text: String) -> String? { lower(text).diagnostics.all.first?.suggestion }
        #expect(suggestion("static int count;\nTHREAD(t, 1) { coutn = 1; }") == "did you mean 'count'?")
        #expect(suggestion("THREAD(t, 1) { srcu_read_lok(0); }") == "did you mean 'srcu_read_lock'?")
        #expect(suggestion("struct s { int refs; };\nstatic struct s s = { .rfs = 1 };\nTHREAD(t, 1) { }") == "did you mean 'refs'?")
        #expect(suggestion("THREAD(t, 1) { again: skip(); goto agian; }") == "did you mean 'again'?")
    }
}
