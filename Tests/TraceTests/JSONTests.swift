import Program
import Search
import Testing

@testable import Trace

@Suite struct JSONTests {
    @Test func writesAndReadsBackTheSame() throws {
        let value = JSONValue.object([
            .init("text", .string("a \"b\" \\ \n \t \u{1} < é 😀")), .init("none", .null), .init("yes", .bool(true)),
            .init("numbers", .array([.number(-3), .number(.max), .fraction(1.5)])), .init("empty", .object([])),
            .init("long", .strings((0..<40).map { "entry \($0)" })),
        ])
        #expect(try JSONParser.parse(Array(value.formatted().utf8)) == value)
        #expect(try JSONParser.parse(Array(value.compact.utf8)) == value)
        #expect(!value.compact.contains("\n"))
    }

    /// A page carries JSON in a script element, which a `</script>` in a model must not end.
    @Test func neverWritesAnAngleBracket() {
        #expect(!JSONValue.string("</script>").compact.contains("<"))
    }

    @Test func takesWhatOthersWrite() throws {
        let text = #" { "a" : [ 1 , 2.5e1 , -0 ] , "b":"\u0041\ud83d\ude00\/" , "c":null }"#
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(value["a"] == .array([.number(1), .fraction(25), .number(0)]))
        #expect(value["b"]?.text == "A😀/")
        #expect(value["c"] == .null)
        #expect(value["d"] == nil)
    }

    @Test(arguments: [
        ("", "it ends too early"), ("{", "a member's name is missing"), ("[1", "a ',' or ']' is missing"),
        ("[1,]", "a value is missing"), ("{\"a\" 1}", "a ':' is missing"),
        ("{\"a\":1 \"b\":2}", "a ',' or '}' is missing"),
        ("\"abc", "a string does not end"), ("\"a\nb\"", "a string does not end on its line"),
        ("\"\\q\"", "there is no such escape"), ("\"\\u12", "four hexadecimal digits are missing"),
        ("\"\\u+123\"", "four hexadecimal digits are missing"), ("\"\\ud800\"", "half of a surrogate pair"),
        ("tru", "a value is missing"), ("1 2", "something stands behind the end"), ("--1", "'--1' is no number"),
        ("1e999", "'1e999' is no number"),
    ]) func refuses(text: String, why: String) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(Array(text.utf8)) }
        #expect(error?.message == why)
    }

    @Test func refusesToCallItselfForEver() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError(message: "it is nested too deeply", line: 1)) {
            try JSONParser.parse(Array(text.utf8))
        }
    }

    @Test func tellsTheLine() {
        #expect(throws: JSONError(message: "a value is missing", line: 3)) {
            try JSONParser.parse(Array("{\n\"a\": 1,\n\"b\": x}".utf8))
        }
    }

    /// Any change of a byte is refused or read, and never stops the program.
    @Test func survivesDamage() throws {
        let text = Array(TextRenderingTests.useAfterFree.findingJSON().formatted().utf8)
        var numbers = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 1...UInt64.max, using: &numbers)
        var state = seed
        for _ in 0..<2000 {
            var damaged = text
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                damaged[Int(state >> 33) % damaged.count] = UInt8(truncatingIfNeeded: state >> 20)
            }
            if let value = try? JSONParser.parse(damaged) {
                #expect(try JSONParser.parse(Array(value.compact.utf8)) == value, "seed \(seed)")
            }
            _ = try? SavedTrace(json: damaged)
        }
    }
}

@Suite struct MarginTests {
    @Test func namesLocksByLettersInTheirOrder() {
        let margin = LockMargin(TextRenderingTests.margin)
        #expect(TextRenderingTests.margin.steps.map(margin.text) == ["a", "aB", "a"])
        #expect(margin.legend == "held: a mm.mmap_lock for reading, B mm.pmd_lock")
    }
}

@Suite struct ColorTests {
    /// What a terminal shows is what a mail says.
    @Test func coloursChangeNoText() {
        for example in [
            TextRenderingTests.useAfterFree, TextRenderingTests.deadlock(threads: 3), TextRenderingTests.margin,
        ] {
            let plain = TextRendering(example).text()
            let painted = TextRendering(example, colors: TextColors(isOn: true)).text()
            #expect(painted != plain)
            #expect(painted.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == plain)
        }
    }
}
