import Program
import Testing

/// Odd but parseable text that once ended in a trap, in a hang, or was taken for something else. Where the answer of a
/// run matters, the models under Tests/Models/language hold it.
@Suite struct RegressionTests {
    /// Each is refused, in a moment, with this code and no other.
    @Test(arguments: [
        ("an array of 2^72 elements", "static int a[4096][4096][4096][4096][4096][4096];\nTHREAD(t, 1) { a[0][0][0][0][0][0] = 1; }", "L0477"),
        ("a struct of huge arrays", "struct big { int a[4096][4096]; };\nstatic struct big *p;\nTHREAD(t, 1) { skip(); }", "L0477"),
        ("a huge local", "THREAD(t, 1) { int a[64][64]; a[0][0] = 1; skip(); }", "L0477"),
        ("a huge static local", "THREAD(t, 1) { static int a[4096]; static int b[4096], c[4096], d[4096]; a[0] = 1; }", "L0477"),
        ("a struct that contains itself", "struct s { struct s inner; };\nTHREAD(t, 1) { skip(); }", "L0405"),
        ("a variable of type void", "static void v;\nTHREAD(t, 1) { skip(); }", "L0405"),
        ("PER_CPU of no type", "PER_CPU(struct none, v);\nTHREAD(t, 1) { skip(); }", "L0405"),
        ("a negative number of threads", "THREAD(t, -1) { skip(); }", "L0455"),
        (
            "too many threads that lock",
            "static rwlock_t l;\nTHREAD(t, 40) { read_lock(&l); read_unlock(&l); }\nTHREAD(u, 40) { write_lock(&l); write_unlock(&l); }",
            "L0456"
        ),
        (
            "a callback for each of 64 objects",
            "struct s { int v; };\nOBJECTS(struct s, pool, 64);\nTHREAD(t, 1) { kfree_rcu(alloc(pool)); }", "L0456"
        ),
        ("more objects than numbers", "struct s { int v; };\nOBJECTS(struct s, pool, 0x7fffffffffffffff);\nTHREAD(t, 1) { kfree_rcu(alloc(pool)); }", "L0453"),
        ("the address of what is no pointer", "static int x;\nTHREAD(t, 1) { int y = &*x; x = y; }", "L0415"),
        ("an enumerator that is assigned", "enum e { A };\nTHREAD(t, 1) { A = 1; }", "L0418"),
        ("a CONFIG that is pointed to", "CONFIG(int, n, 1);\nTHREAD(t, 1) { int *p = &n; *p = 1; }", "L0418"),
        ("a const global that is written", "static const int x = 1;\nTHREAD(t, 1) { x = 2; }", "L0439"),
        ("a ghost behind a pointer", "GHOST int g;\nTHREAD(t, 1) { int *p = &g; *p = 1; }", "L0462"),
        ("the value of a ghost's assignment", "GHOST int g;\nstatic int x;\nTHREAD(t, 1) { x = g = 1; }", "L0427"),
        ("a property without a value", "static int x;\nTHREAD(t, 1) { x = 1; }\nINVARIANT(i) { x; }", "L0437"),
        ("a property named like a function", "static bool f(void) { return true; }\nTHREAD(t, 1) { skip(); }\nINVARIANT(f) { return true; }", "L0403"),
        ("a struct defined again by a variable", "struct s { int a; };\nstatic struct s { int b; } s;\nTHREAD(t, 1) { s.a = 1; }", "L0403"),
        ("a lock that a function returns", "struct s { spinlock_t l; };\nstatic struct s s;\nstatic struct s f(void) { ATOMIC { return s; } }\nTHREAD(t, 1) { f(); }", "L0448"),
        ("a callback that returns something", "struct s { int v; };\nOBJECTS(struct s, pool, 1);\nstatic int f(struct s *s) { return s->v; }\nTHREAD(t, 1) { call_rcu(alloc(pool), f); }", "L0473"),
        ("a thread that is announced and never comes", "THREAD(t, 1);\nTHREAD(u, 1) { skip(); }", "L0424"),
        ("self as a local", "THREAD(t, 1) { int self = 1; }", "L0404"),
    ])
    func refused(_ what: String, _ text: String, _ code: String) {
        let lowered = lower(text)
        #expect(Set(lowered.codes) == [code], "\(what): \(lowered.rendered)")
    }

    /// Functions that call one another twice and do nothing.
    @Test func callsThatDouble() {
        let functions = (1...40).map { "static void f\($0)(void) { f\($0 - 1)(); f\($0 - 1)(); }" }.joined(separator: "\n")
        #expect(lower("static void f0(void) { }\n\(functions)\nTHREAD(t, 1) { f40(); }").codes == ["L0478"])
    }

    /// Deep expressions in functions that call one another: the stack of the checker is bounded too.
    @Test func deepCalls() {
        let open = String(repeating: "(1+", count: 100), close = String(repeating: ")", count: 100)
        let functions = (1...60).map { "static int f\($0)(int a) { return \(open)f\($0 - 1)(a)\(close); }" }.joined(separator: "\n")
        #expect(lower("static int x;\nstatic int f0(int a) { return a; }\n\(functions)\nTHREAD(t, 1) { x = f60(1); }").codes == ["L0478"])
    }

    @Test(arguments: [
        ("a struct defined by the variable before", "static struct a { int v; } first;\nstruct b { struct a in; };\nstatic struct b second;\nTHREAD(t, 1) { second.in.v = first.v; }"),
        ("an empty struct", "struct e { };\nstruct f { struct e e; int v; struct e g[2]; };\nstatic struct f f;\nstatic struct e g;\nTHREAD(t, 1) { struct e l = READ_ONCE(g), m[2]; int i = f.v; m[i] = l; f.v = i; ATOMIC { f.g[i] = l; } }"),
        ("bit-fields of 63 and 64 bits", "static struct { unsigned long a : 63; long b : 63; u64 c : 64; } s;\nTHREAD(t, 1) { unsigned long v = s.b; s.a = v - 1; s.b = v; s.c = ~v; }"),
        ("a CPU that only other variants have", "PER_CPU(int, c);\nCONFIG(int, n, 1);\nTHREAD(t, n) { if (n > 1) per_cpu(c, 1) = 1; this_cpu(c) = 2; }"),
        ("a null pointer compared", "struct s { int v; };\nstatic struct s *p;\nTHREAD(t, 1) { if (NULL == p && p == NULL && !p && (bool)p) skip(); }"),
        ("labels and gotos in all places", "static int x;\nTHREAD(t, 1) { a: b: if (x) goto c; goto b; { c: ; } switch (x) { case 1: { d: x++; case 2: if (x) { case 3: break; } default: ; goto d; } } }"),
        ("a model's own definition of a name that came later", "typedef int atomic_long_t;\nstatic struct mutex l;\nstatic atomic_long_t taken;\nstatic bool mutex_lock_killable(struct mutex *m) { mutex_lock(m); return true; }\nTHREAD(t, 1) { if (mutex_lock_killable(&l)) { taken = 1; mutex_unlock(&l); } }"),
        ("a callback that is its own callback", "struct s { int v; };\nOBJECTS(struct s, pool, 1);\nstatic void f(struct s *s) { if (s->v++ < 2) call_rcu(s, f); else kfree(s); }\nTHREAD(t, 1) { struct s *s = alloc(pool); call_rcu(s, f); }"),
    ])
    func taken(_ what: String, _ text: String) {
        let lowered = lower(text)
        #expect(lowered.model != nil, "\(what): \(lowered.rendered)")
    }

    /// What may wait in an ATOMIC comes first, in the blocks and functions too with which it begins.
    @Test(arguments: [
        ("wait_until(x); y = 1;", 0), ("{ wait_until(x); y = 1; }", 0), ("take();", 0), ("int seen = y; wait_until(x == seen);", 0),
        ("y = 1; wait_until(x);", 1), ("{ y = 1; wait_until(x); }", 1), ("late();", 1), ("while (y) { wait_until(x); y--; }", 1),
        ("again: wait_until(x); if (x--) goto again;", 1), ("spin_lock(&l); spin_lock(&m);", 1),
    ])
    func waitingInAtomic(_ body: String, _ faults: Int) {
        let lowered = lower(
            """
            static int x, y;
            static spinlock_t l, m;
            static void take(void) { int zero = 0; wait_until(x > zero); x--; }
            static void late(void) { x--; wait_until(x); }
            THREAD(t, 1) { ATOMIC { \(body) } }
            """)
        #expect(lowered.model?.failures.filter { $0.name == "L0480" }.count == faults, "\(lowered.rendered)")
    }
}
