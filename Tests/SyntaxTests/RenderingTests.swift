import Syntax
import Testing

@Suite struct RenderingTests {
    @Test func caretLinesUpUnderTabs() {
        let parsed = model("INIT {\n\tx =\t\tfloat;\n}")
        #expect(
            parsed.rendered == """
                model.c:3:7: error[L0302]: model C has no floating point: float
                 3 | \tx =\t\tfloat;
                   |\u{20}\t   \t\t^~~~~
                  = help: use an integer type

                """)
    }

    @Test func notesHavePlacesOfTheirOwn() {
        let parsed = model("#define N 1\n#define N 2")
        #expect(
            parsed.rendered == """
                model.c:3:9: error[L0123]: 'N' is already defined, with another text
                 3 | #define N 2
                   |         ^
                  = help: choose another name, or #undef it first
                model.c:2:9: note: the first definition is here
                 2 | #define N 1
                   |         ^

                """)
    }

    @Test func longLinesAndControlBytesAreTamed() {
        let long = model("int a = " + String(repeating: "1 + ", count: 100) + "$ + 1;" + String(repeating: " ", count: 500))
        for line in long.rendered.split(separator: "\n") { #expect(line.count < 110) }
        let lines = long.rendered.split(separator: "\n")
        let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
        let dollar = lines[1].firstIndex(of: "$").map { lines[1].distance(from: lines[1].startIndex, to: $0) }
        #expect(caret != nil && caret == dollar)

        let control = model("int \u{1B}[2J a = \u{1B};\r\n")
        #expect(!control.rendered.contains("\u{1B}"))
        #expect(!control.rendered.contains("\r"))
        #expect(control.rendered.contains("<1b>"))
    }

    @Test func aFaultInAMacroStandsWhereItIsUsed() {
        #expect(model("#define BAD 1 +\nint a = BAD;").faults == ["L0202 3:12"])
        #expect(model("#define BAD float\nBAD x;").faults == ["L0302 3:1"])
    }

    @Test func placesSurviveContinuationsAndLineEnds() {
        #expect(model("int a = \\\r\n  $;\r\n").faults == ["L0102 3:3", "L0202 3:4"])
        #expect(model("in\\\nt a = 1.5;").faults == ["L0302 3:7"])
    }

    @Test func includedFilesAreNamed() {
        let parsed = model("#include \"sub/a.h\"\nint c = b;", files: ["sub/a.h": "#include \"b.h\"\n", "sub/b.h": "float b;\n"])
        #expect(parsed.faults == ["L0302 sub/b.h:1:1"])
    }
}

@Suite struct SpellingTests {
    @Test func nearWordsAreFound() {
        #expect(nearest("spin_lok", in: LanguageNames.primitives) == "spin_lock")
        #expect(nearest("THRAED", in: LanguageNames.parts) == "THREAD")
        #expect(nearest("mutex_lcok", in: LanguageNames.primitives) == "mutex_lock")
        #expect(nearest("frobnicate", in: LanguageNames.primitives) == nil)
        #expect(nearest("", in: ["a"]) == nil)
        #expect(nearest(String(repeating: "a", count: 100_000), in: LanguageNames.primitives) == nil)
    }

    @Test func suggestionsAreGiven() {
        #expect(model("spinlok_t l;").rendered.contains("did you mean 'spinlock_t'?"))
        #expect(model("INVARIENT(x) { return 1; }").rendered.contains("did you mean 'INVARIANT'?"))
    }
}
