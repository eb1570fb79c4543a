import Syntax
import Testing

/// One small fault for each code: its place, and nothing else reported.
struct Fault: Sendable {
    let code: String
    /// Line and column; line 1 is the `#include` of the header, so the text begins on line 2.
    let place: String
    let text: String

    init(_ code: String, _ place: String, _ text: String) {
        self.code = code
        self.place = place
        self.text = text
    }

    static let all: [Fault] = lexical + grammar + refused

    static let lexical: [Fault] = [
        Fault("L0101", "2:8", "int a; /* no end"),
        Fault("L0102", "2:9", "int a = $1;"),
        Fault("L0102", "2:9", "int a = “1;"),
        Fault("L0102", "2:9", "int a = \\1;"),
        Fault("L0103", "2:9", "int a = \u{0}1;"),
        Fault("L0105", "2:9", "u64 a = 0x10000000000000000;"),
        Fault("L0105", "2:9", "u64 a = 18446744073709551616;"),
        Fault("L0106", "2:9", "int a = 089;"),
        Fault("L0106", "2:9", "int a = 0x;"),
        Fault("L0106", "2:9", "int a = 12ab;"),
        Fault("L0106", "2:9", "int a = 0xe+1;"),
        Fault("L0107", "2:9", "int a = 'ab';"),
        Fault("L0107", "2:9", "int a = '';"),
        Fault("L0107", "2:9", "int a = 'é';"),
        Fault("L0107", "2:9", "int a = L'a';"),
        Fault("L0107", "2:9", "int a = '\\xff';"),
        Fault("L0108", "2:9", "int a = '\\q';"),
        Fault("L0109", "2:5", "int " + String(repeating: "a", count: 256) + " b;"),
        Fault("L0113", "2:10", "#include <linux/mm.h>"),
        Fault("L0114", "2:10", "#include \"none.h\""),
        Fault("L0117", "2:10", "#include FILE"),
        Fault("L0117", "2:2", "#include"),
        Fault("L0118", "2:9", "#define LOCK(x) spin_lock(x)"),
        Fault("L0119", "2:2", "#if 1\n#endif"),
        Fault("L0119", "4:2", "#ifdef X\n#define A 1\n#elif 1\n#else\n#endif"),
        Fault("L0120", "2:2", "#error \"no\""),
        Fault("L0120", "2:3", "# 12 \"x.c\""),
        Fault("L0121", "2:2", "#endif"),
        Fault("L0121", "2:2", "#else"),
        Fault("L0121", "4:2", "#ifdef X\n#else\n#else\n#endif"),
        Fault("L0122", "2:2", "#ifdef X\nint"),
        Fault("L0123", "3:9", "#define N 1\n#define N 2"),
        Fault("L0124", "2:9", "#define 1"),
        Fault("L0124", "2:2", "#ifdef\n#endif"),
        Fault("L0126", "3:8", "#ifdef A\n#endif A"),
        Fault("L0127", "2:9", "#define spin_lock my_lock"),
        Fault("L0127", "2:9", "#define if while"),
        Fault("L0128", "2:11", "int a = 1 # 2;"),
        Fault("L0128", "2:11", "#define A #x"),
    ]

    static let grammar: [Fault] = [
        Fault("L0201", "2:8", "int a[1;"),
        Fault("L0201", "2:1", "1;"),
        Fault("L0201", "2:16", "REGISTER(int, x"),
        Fault("L0207", "2:14", "TLB_WALK(x) {"),
        Fault("L0219", "2:18", "CONFIG(int, a, 1)\nint b;"),
        Fault("L0201", "2:14", "INIT { x = 1 2; }"),
        Fault("L0201", "2:15", "INIT { do { } until (1); }"),
        Fault("L0202", "2:13", "int a = 1 + ;"),
        Fault("L0202", "2:10", "INIT { f(int); }"),
        Fault("L0203", "2:5", "int return;"),
        Fault("L0203", "2:10", "struct s 1;"),
        Fault("L0204", "2:8", "static 1;"),
        Fault("L0205", "2:1", "uint8_t x;"),
        Fault("L0205", "2:8", "INIT { foo_t *p; }"),
        Fault("L0205", "2:13", "INIT { x = (foo_t)y; }"),
        Fault("L0205", "2:13", "INIT { for (foo i = 0; ; ) ; }"),
        Fault("L0205", "2:8", "static spinlok_t l;"),
        Fault("L0206", "2:1", "THRAED(walker, 1) { }"),
        Fault("L0207", "2:7", "INIT {"),
        Fault("L0208", "2:1", "}"),
        Fault("L0209", "2:1", "short char x;"),
        Fault("L0209", "2:1", "long long long x;"),
        Fault("L0210", "2:584", "int x = " + String(repeating: "!", count: 900) + "1;"),
        Fault("L0211", "2:135", "INIT " + String(repeating: "{", count: 200) + String(repeating: "}", count: 200)),
        Fault("L0212", "2:15", "INIT { if (1) int x; }"),
        Fault("L0213", "2:1", "return 1;"),
        Fault("L0213", "2:1", "spin_lock(&l);"),
        Fault("L0213", "2:1", "a = 1;"),
        Fault("L0214", "3:1", "INIT {\nTHREAD(t, 1) { }"),
        Fault("L0214", "2:8", "INIT { CHECK(LEAK); }"),
        Fault("L0214", "2:12", "INIT { x = GHOST; }"),
        Fault("L0215", "2:8", "INIT { else; }"),
        Fault("L0216", "2:24", "typedef int pfn_t; int pfn_t;"),
        Fault("L0217", "2:1", "int;"),
        Fault("L0217", "2:1", "struct { int a; };"),
        Fault("L0217", "2:8", "INIT { int; }"),
        Fault("L0218", "2:13", "int *********p;"),
        Fault("L0218", "2:30", "int a[1][1][1][1][1][1][1][1][1];"),
        Fault("L0219", "2:10", "int a = 1\nint b;"),
        Fault("L0219", "2:16", "INIT { return 1 }"),
        Fault("L0220", "2:1", "THREAD(t, 1);"),
        Fault("L0220", "2:8", "INIT { ATOMIC x++; }"),
    ]

    static let refused: [Fault] = [
        Fault("L0301", "2:12", "INIT { x = \"text\"; }"),
        Fault("L0301", "2:12", "INIT { x = \"text\n; }"),
        Fault("L0302", "2:1", "float x;"),
        Fault("L0302", "2:9", "int x = 1.5;"),
        Fault("L0302", "2:9", "int x = 1e3;"),
        Fault("L0302", "2:9", "int x = .5f;"),
        Fault("L0302", "2:9", "int x = 0x1p3;"),
        Fault("L0302", "2:13", "INIT { x = (double)1; }"),
        Fault("L0303", "2:5", "int (*f)(void);"),
        Fault("L0303", "2:13", "typedef int (*f)(void);"),
        Fault("L0303", "2:13", "typedef int f(void);"),
        Fault("L0303", "2:16", "struct s { int (*f)(int); };"),
        Fault("L0303", "2:12", "void f(int (*g)(void)) { }"),
        Fault("L0303", "2:17", "INIT { x = (int (*)(void))y; }"),
        Fault("L0304", "2:8", "INIT { ops->open(1); }"),
        Fault("L0304", "2:8", "INIT { (*f)(1); }"),
        Fault("L0305", "2:1", "union u { int a; };"),
        Fault("L0305", "2:12", "struct s { union { int a; int b; }; };"),
        Fault("L0306", "2:15", "void f(int a, ...);"),
        Fault("L0307", "2:8", "INIT { asm volatile(1); }"),
        Fault("L0308", "2:12", "INIT { x = ({ 1; }); }"),
        Fault("L0309", "2:1", "typeof(1) x;"),
        Fault("L0309", "2:8", "INIT { __auto_type x = 1; }"),
        Fault("L0310", "2:7", "int f(a) int a; { return a; }"),
        Fault("L0311", "2:13", "INIT { goto *p; }"),
        Fault("L0311", "2:12", "INIT { p = &&out; }"),
        Fault("L0312", "2:6", "int a[];"),
        Fault("L0312", "2:17", "struct s { int a[]; };"),
        Fault("L0312", "2:13", "void f(int a[static 3]);"),
        Fault("L0313", "2:12", "INIT { x = _Generic(1, int: 2); }"),
        Fault("L0314", "2:1", "_Atomic int x;"),
        Fault("L0315", "2:12", "INIT { int f(void) { return 1; } }"),
        Fault("L0315", "2:12", "INIT { int f(void); }"),
        Fault("L0316", "2:5", "int spin_lock;"),
        Fault("L0316", "2:5", "int lw_x;"),
        Fault("L0316", "2:10", "enum e { FIFO };"),
        Fault("L0316", "2:8", "struct mutex { int a; };"),
        Fault("L0316", "2:12", "INIT { int pick; }"),
        Fault("L0316", "2:8", "INIT { true = 1; }"),
        Fault("L0317", "2:12", "struct s { struct { int a; }; };"),
        Fault("L0318", "2:8", "INIT { struct s { int a; } x; }"),
        Fault("L0318", "2:8", "INIT { typedef int t; }"),
        Fault("L0318", "2:9", "OBJECTS(struct s { int a; }, x, 1);"),
        Fault("L0319", "2:5", "int (*a)[3];"),
        Fault("L0319", "2:5", "int (a);"),
        Fault("L0320", "2:1", "extern int x;"),
        Fault("L0320", "2:8", "INIT { extern int x; }"),
        Fault("L0321", "2:17", "int a[4] = { [0 ... 3] = 1 };"),
        Fault("L0321", "2:28", "INIT { switch (x) { case 1 ... 3: break; } }"),
        Fault("L0322", "2:11", "int x = 1 ?: 2;"),
        Fault("L0323", "2:1", "_Static_assert(1, 2);"),
        Fault("L0323", "2:1", "_Noreturn void f(void);"),
        Fault("L0323", "2:12", "INIT { p = container_of(q, struct s, node); }"),
        Fault("L0324", "2:23", "struct s { int a : 1, : 2; };"),
        Fault("L0325", "2:17", "PER_CPU(int, x) = { 1 };"),
        Fault("L0326", "2:1", "GHOST int f(void);"),
        Fault("L0327", "2:18", "struct s { int a = 1; };"),
    ]
}

/// The examples whose codes need more than one line of text, and where they are tested.
let testedElsewhere: Set<String> = ["L0104", "L0110", "L0111", "L0112", "L0115", "L0116", "L0125"]

@Suite struct FaultTests {
    @Test(arguments: Fault.all)
    func isReportedAtItsPlaceAndAlone(_ fault: Fault) {
        let parsed = model(fault.text)
        #expect(parsed.faults == ["\(fault.code) \(fault.place)"], "\(parsed.rendered)")
        for diagnostic in parsed.diagnostics.all { #expect(diagnostic.suggestion != nil) }
    }

    @Test func everyCodeHasATestAndAnExplanation() {
        let tested = Set(Fault.all.map(\.code)).union(testedElsewhere)
        #expect(tested == Set(SyntaxExplanations.all.map(\.code)))
        #expect(SyntaxExplanations.all.map(\.code) == SyntaxExplanations.all.map(\.code).sorted())
        #expect(Set(SyntaxExplanations.all.map(\.code)).count == SyntaxExplanations.all.count)
    }

    @Test func explainedExamplesShowTheirFault() {
        let abridged: Set<String> = testedElsewhere.union(["L0103", "L0109", "L0210", "L0211"])
        for explanation in SyntaxExplanations.all where !abridged.contains(explanation.code) {
            let parsed = model(explanation.example)
            #expect(parsed.diagnostics.all.first?.code == explanation.code, "\(explanation.code): \(parsed.rendered)")
        }
    }

    @Test func theRestOfTheModelIsStillRead() {
        let parsed = model(
            """
            int a = ;
            struct s { int b };
            THREAD(t, 1)
            {
                    x = (1;
                    if (y {
                            z = 2 3;
                    }
                    for (i = 0 i < 3; i++)
                            w = 4;
            }
            int c
            INVARIANT(ok) { return 1 + }
            int d = 5;
            """)
        #expect(
            parsed.faults == [
                "L0202 2:9", "L0219 3:17", "L0201 6:15", "L0201 7:15", "L0201 8:23", "L0201 10:20", "L0219 13:6",
                "L0202 14:28",
            ], "\(parsed.rendered)")
        #expect(parsed.tree.declarations.count == 4)
    }

    @Test func onlyTheFirstErrorsAreKept() {
        let parsed = model(String(repeating: "int = 1;\n", count: 1000))
        #expect(parsed.diagnostics.all.count == Diagnostics.keptMax)
    }

    @Test func headerMustBeIncluded() {
        #expect(parse("THREAD(t, 1) { }").faults == ["L0112 1:1"])
        #expect(parse("").faults == ["L0112 1:1"])
    }

    @Test func bytesThatAreNotUTF8() {
        let include = Array("#include <lockwalk.h>\n".utf8)
        #expect(parse(bytes: include + Array("int a".utf8) + [0xFF] + Array(";".utf8)).faults == ["L0104 2:6"])
        #expect(parse(bytes: include + Array("/* ".utf8) + [0xFF] + Array(" */int a;".utf8)).faults == [])
    }
}
