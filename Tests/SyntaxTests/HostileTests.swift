import Syntax
import Testing

/// No text may crash the parser, exhaust the stack or take long.
@Suite(.serialized) struct HostileTests {
    private func endsSoon(_ name: String, _ bytes: [UInt8], files: [String: String] = [:]) {
        let clock = ContinuousClock()
        let time = clock.measure {
            let parsed = parse(bytes: bytes, files: files)
            for diagnostic in parsed.diagnostics.all { _ = render(diagnostic, texts: parsed.tree.texts) }
        }
        // Far more than it takes, even unoptimised on a busy machine; far less than anything quadratic.
        #expect(time < .seconds(10), "\(name.debugDescription): \(time)")
    }

    private func endsSoon(_ name: String, _ text: String) { endsSoon(name, Array(text.utf8)) }

    private static let longFloods: Set<String> = [
        "(", "a", "+", "1", "{", "/*", "#define", "-", "!", ";", "x=", "if(1)", "int a;", "#define a b\n",
    ]

    private static let floods = [
        "(", "a", "a ", "+", "+ ", "1", "1 ", "{", "}", "/*", "#define", "#define\n", "#define a b\n", "-", "- ", "!",
        ";", ";\n", "x=", "if(1)", "if(1){", "else ", "[", "*", "* ", "&", "& ", "a+", "a?", "a,", "a(", "a.b", "->a",
        "case 1:", "a:", "struct{", "struct s{", "int a;", "int ", "unsigned ", "sizeof ", "sizeof(", "(int)", "={", "{{",
        "\"", "\"\"", "'", "''", "\\", "\\\n", "\0", "\u{80}", "é", "#", "#if\n", "#ifdef a\n", "#endif\n", "#include ",
        "#include \"x\"\n", "THREAD(", "THREAD(t,1){", "INIT{", "INIT ", "GHOST ", "ATOMIC{", "typedef ", "do ",
        "for(;;)", "for(", "return ", "goto a;", "__attribute__((", "const ", "enum{", "enum e{a,", "int a[", "[1]",
        "0x", ".5", "...", "EXPECT(", "TLB(", "x{};", "#pragma once\n", "//", "//\n", "/", "\r", "\n", " ", "1.", "'a",
    ]

    @Test(arguments: floods)
    func floodOf(_ word: String) {
        let count = (Self.longFloods.contains(word) ? 1 << 20 : 1 << 17) / word.utf8.count
        let flood = Array(String(repeating: word, count: count).utf8)
        let include = Array("#include <lockwalk.h>\n".utf8)
        for prefix in ["", "int x = ", "INIT {", "INIT { x = ", "struct s {", "struct s { int ", "int f(", "EXPECT("] {
            // The flood at the top is the long one; behind the others a part of it goes the same way.
            let part = prefix.isEmpty ? flood[...] : flood.prefix(1 << 14)
            endsSoon("\(prefix)\(word)…", include + Array(prefix.utf8) + part)
        }
    }

    @Test func truncationsOfAModel() {
        let bytes = Array(sample.utf8)
        for length in 0...bytes.count where length < 1000 || length % 3 == 0 {
            let parsed = parse(bytes: Array(bytes.prefix(length)))
            if length < 21 { #expect(parsed.diagnostics.hasErrors) }
        }
    }

    @Test func bytesOfAModelChanged() {
        let bytes = Array(sample.utf8)
        for index in stride(from: 0, to: bytes.count, by: 13) {
            for byte in ["}", "(", ";", "\"", "/"] as [Character] {
                var changed = bytes
                changed[index] = byte.asciiValue!
                _ = parse(bytes: changed)
            }
        }
    }

    @Test func deepNestingOfEachKind() {
        let pairs = [
            ("int x = ", "(", "1", ")"), ("int x = ", "-", "1", ""), ("int x = ", "- ", "1", ""), ("int x = ", "(int)", "1", ""),
            ("int x = ", "1?", "1", ":1"), ("int x = ", "1?1:", "1", ""), ("int x = ", "a[", "1", "]"),
            ("int x = ", "f(", "1", ")"), ("int x = ", "a=", "1", ""), ("int x = ", "{", "1", "}"),
            ("int x = ", "sizeof(int[", "1", "])"), ("int x = ", "(struct s){", "1", "}"), ("int x = ", "sizeof ", "1", ""),
            ("int x = 1", "+1", "", ""), ("int x = a", ".b", "", ""), ("int x = a", "[1]", "", ""), ("int x = 1", ",1", "", ""),
            ("INIT ", "{", "", "}"), ("INIT {", "if(1)", ";", "}"), ("INIT {", "if(1);else ", ";", ""), ("INIT {", "a:", ";", ""),
            ("INIT {", "case 1:", ";", ""), ("INIT {", "for(;;)", ";", ""), ("INIT {", "do ", ";", " while(1);"),
            ("INIT {", "ATOMIC{", ";", "}"), ("INIT {", "switch(1){", ";", "}"), ("", "struct s{", "int a;", "}b;"),
            ("int x[", "sizeof(int[", "1", "])"), ("struct s { int a:", "(", "1", ")"),
        ]
        for (start, open, middle, close) in pairs {
            for depth in [30, 100, 120, 127, 128, 130, 200, 250, 255, 256, 257, 300, 1000, 20000] {
                let text = "#include <lockwalk.h>\n" + start + String(repeating: open, count: depth) + middle
                    + String(repeating: close, count: depth) + (start.hasPrefix("INIT {") ? "}" : ";")
                endsSoon("\(open) \(depth)", text)
            }
        }
        #expect(model("int x = " + String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200) + ";").faults == [])
        #expect(model("int x = 1" + String(repeating: "+1", count: 255) + ";").faults == [])
        #expect(model("int x = 1" + String(repeating: "+1", count: 256) + ";").faults.count == 1)
    }

    /// Statements nested as deep as they may, each with the deepest expression: the most stack that a text can take.
    @Test func deepestStack() {
        let deep = String(repeating: "(", count: 250) + "1" + String(repeating: ")", count: 250)
        let text = "INIT {" + String(repeating: "switch (1) { case 1: ", count: 40) + "x = {".dropLast() + deep + ";"
            + String(repeating: "}", count: 41)
        #expect(model(text).faults == [])
        let lists = String(repeating: "{", count: 32) + deep + String(repeating: "}", count: 32)
        let locals = "INIT {" + String(repeating: "if (1) {", count: 60) + "int x = " + lists + ";" + String(repeating: "}", count: 61)
        #expect(model(locals).faults == [])
    }

    @Test func macrosThatExplode() {
        var text = "#include <lockwalk.h>\n"
        for index in 0..<40 { text += "#define M\(index) M\(index + 1) M\(index + 1)\n" }
        endsSoon("doubling", text + "#define M40 ;\nM0\n")
        #expect(parse(text + "#define M40 ;\nM0\n").faults == ["L0125 43:1"])
        endsSoon("doubling nothing", text + "#define M40\nM0\n")
        #expect(parse(text + "#define M40\nM0\n").faults == ["L0125 43:1"])
        var chain = "#include <lockwalk.h>\n"
        for index in 0..<20000 { chain += "#define C\(index) C\(index + 1)\n" }
        endsSoon("chain", chain + "int a = C0;\n")
        #expect(model("#define A B\n#define B A\nint A = 1;").faults == [])
    }

    @Test func includesThatDoNotEnd() {
        #expect(model("#include \"self.h\"", files: ["self.h": "#include \"self.h\"\n"]).faults == ["L0115 self.h:1:10"])
        #expect(model("#include \"model.c\"").faults == ["L0115 2:10"])
        let guarded = "#ifndef G\n#define G\n#include \"self.h\"\nint a;\n#endif\n"
        #expect(model("#include \"self.h\"", files: ["self.h": guarded]).faults == [])
        #expect(model("#include \"self.h\"", files: ["self.h": "#pragma once\n#include \"self.h\"\n"]).faults == [])
        var files: [String: String] = [:]
        for index in 0..<20 { files["d\(index).h"] = "#include \"d\(index + 1).h\"\n" }
        #expect(model("#include \"d0.h\"", files: files).faults == ["L0116 d14.h:1:10"])
        let many = String(repeating: "#include \"e.h\"\n", count: 300)
        #expect(model(many, files: ["e.h": ""]).faults == ["L0116 258:10"])
        let loop = ["a.h": "#include \"b.h\"\n", "b.h": "#include \"./a.h\"\n"]
        #expect(model("#include \"a.h\"", files: loop).faults == ["L0115 b.h:1:10"])
    }

    @Test func limitsOfSize() {
        let big = [UInt8](repeating: UInt8(ascii: " "), count: (4 << 20) + 1)
        #expect(parse(bytes: big).faults == ["L0110 1:1"])
        #expect(parse(bytes: Array(big.dropLast())).faults == ["L0112 1:1"])
        let many = model(String(repeating: ";", count: 1_000_001))
        #expect(many.faults == ["L0111 2:1000001"])
    }

    @Test func randomBytesAndTokens() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state >> 33) % bound
        }
        let words = Self.floods + [
            "int", "x", "static", "struct page", "}", ")", "]", ",", "=", "1", "*p", "&l", "READ_ONCE(x)", "u3", "OBJECTS(",
            "\n", "WIDTH(", "CONFIG(", "bool", "\n#else\n", "\n#define X Y\n", "X", "Y", "return", "union", "float",
        ]
        for round in 0..<400 {
            let bytes = (0..<300).map { _ in UInt8(next(256)) }
            _ = parse(bytes: bytes)
            var text = "#include <lockwalk.h>\n" + ["", "INIT {", "struct s {", "int f("][round % 4]
            for _ in 0..<(20 + next(300)) { text += words[next(words.count)] + " " }
            let parsed = parse(text)
            for diagnostic in parsed.diagnostics.all { _ = render(diagnostic, texts: parsed.tree.texts) }
        }
    }
}
