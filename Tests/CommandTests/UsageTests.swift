import Testing

/// A wrong command line ends with code 2, one line that says what is wrong, and one that says where to look.
@Suite struct UsageTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var words: [String]
        var says: String

        init(_ words: String..., says: String) {
            self.words = words
            self.says = says
        }

        var testDescription: String { words.joined(separator: " ") }
    }

    static let cases = [
        Case("chekc", "m.c", says: "unknown command 'chekc'; did you mean 'check'?"),
        Case("xyzzy", says: "unknown command 'xyzzy'"),
        Case("replay", says: "TRACE is missing"),
        Case("replay", "a", "b", "c", says: "'c' is one too many: replay takes TRACE and MODEL"),
        Case("simulate", says: "MODEL is missing"),
        Case("simulate", "--seed", "-1", "m.c", says: "'-1' is no value for --seed; write a number"),
        Case("simulate", "--runs", "0", "m.c", says: "'0' is no value for --runs; write a number"),
        Case("help", "tset", says: "unknown command 'tset'; did you mean 'test'?"),
        Case("--frobnicate", says: "option '--frobnicate' needs a command before it"),
        Case("check", says: "MODEL is missing"),
        Case("check", "a.c", "b.c", says: "'b.c' is one too many: check takes one MODEL"),
        Case("check", "--memroy", "1G", "m.c", says: "unknown option '--memroy'; did you mean '--memory'?"),
        Case("check", "--no", "m.c", says: "option '--no' may be any of --no-check, --no-cache, --no-progress"),
        Case("check", "-memory=1G", "m.c", says: "did you mean '--memory'?"),
        Case("check", "-x", "m.c", says: "unknown option '-x'"),
        Case("check", "--quiet=yes", "m.c", says: "option '--quiet' takes no value"),
        Case("check", "m.c", "--states", says: "option '--states' needs a value: --states N"),
        Case("check", "--memory", "lots", "m.c", says: "'lots' is no value for --memory; write 16G or 500M"),
        Case("check", "--memory", "-5", "m.c", says: "'-5' is no value for --memory"),
        Case("check", "--states=0", "m.c", says: "'0' is no value for --states"),
        Case("check", "--time", "inf", "m.c", says: "'inf' is no value for --time"),
        Case(
            "check", "--no-check", "use-after-fre", "m.c",
            says: "there is no check 'use-after-fre'; did you mean 'use-after-free'?"),
        Case("check", "--color", "red", "m.c", says: "'red' is no value for --color; write auto, always or never"),
        Case("test", says: "PATH is missing"),
        Case("test", "--format", "ktpa", "m.c", says: "unknown format 'ktpa'; did you mean 'ktap'?"),
        Case("test", "--format=junk", "m.c", says: "unknown format 'junk'; there are text, ktap, junit and json"),
        Case("header", "x", says: "'x' is one too many"),
        Case("explain", "USE_AFTER_FRE", says: "did you mean 'USE_AFTER_FREE'?"),
        Case("explain", "L9999x", says: "there is nothing to explain about 'L9999x'"),
        Case("layout", says: "MODEL is missing"),
        Case("explode", says: "MODEL is missing"),
        Case("explode", "--states", "1G", "m.c", says: "'1G' is no value for --states; write up to 10M"),
        Case("completion", says: "the shell is missing"),
        Case("completion", "fish", says: "there is no completion for 'fish'; there is bash"),
        Case("man", "x", says: "'x' is one too many"),
    ]

    @Test(arguments: cases) func isToldInOneLine(wrong: Case) throws {
        let answer = try Program.run(wrong.words)
        #expect(answer.code == 2)
        #expect(answer.out.isEmpty)
        let lines = answer.errors.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("lockwalk: ") == true)
        #expect(answer.errors.contains(wrong.says), "it says: \(answer.errors)")
        #expect(lines.last?.hasSuffix("tells more") == true)
    }
}
