import Foundation
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// `lockwalk test`: rows pass, fail, are skipped, contradict each other.
@Suite struct TestCommandTests {
    private func test(_ words: String..., models: [String: String]) throws -> Answer {
        let scratch = try Scratch()
        for (name, text) in models { try scratch.write(name, text) }
        var answer = try Program.run(["test"] + words + ["."], in: scratch.url)
        answer.out = answer.out.replacing(/, [0-9.]+ m?s\n/, with: ", TIME\n").replacing(
            /; [0-9.]+ m?s\n/, with: "; TIME\n")
        return answer
    }

    static let mixed = [
        "a/zap.c": Models.zap, "b.c": Models.deadlock, "none.c": "#include <lockwalk.h>\nTHREAD(t, 1) { skip(); }\n",
        "notes.txt": "no model",
    ]

    @Test func tellsEachRow() throws {
        let answer = try test(models: Self.mixed)
        #expect(answer.code == 1)
        expectGolden(answer.out, "test.txt")
    }

    @Test func writesKTAP() throws {
        let answer = try test("--format", "ktap", models: Self.mixed)
        #expect(answer.code == 1)
        expectGolden(answer.out, "test-ktap.txt")
    }

    @Test func writesJUnit() throws {
        let answer = try test("--format", "junit", models: Self.mixed)
        #expect(answer.code == 1)
        let text = answer.out.replacing(#/time="[0-9.]+"/#, with: "time=\"0\"")
        expectGolden(text, "test-junit.xml")
        let document = try XMLDocument(xmlString: text)
        #expect(try document.nodes(forXPath: "//testcase").count == 4)
        #expect(
            try document.nodes(forXPath: "//failure").first?.stringValue?.contains("A cycle: forth waits for back")
                == true)
    }

    @Test func writesJSON() throws {
        let answer = try test("--format", "json", models: Self.mixed)
        #expect(answer.code == 1)
        let object = try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [String: Any]
        let document = try #require(object)
        #expect(document["passed"] as? Int == 2)
        #expect(document["failed"] as? Int == 1)
        let models = try #require(document["models"] as? [[String: Any]])
        #expect(models.count == 3)
        let rows = models.flatMap { $0["rows"] as? [[String: Any]] ?? [] }
        #expect(rows.compactMap { $0["status"] as? String } == ["passed", "passed", "skipped", "failed"])
        let finding = try #require(rows.last?["finding"] as? [String: Any])
        #expect(finding["verdict"] as? String == "DEADLOCK")
    }

    @Test func aBrokenModelIsAnErrorInEveryFormat() throws {
        let models = ["a\"<&.c": "#include <lockwalk.h>\nint x = $;\n"]
        for format in ["junit", "json", "ktap"] {
            let answer = try test("--format", format, models: models)
            #expect(answer.code == 2)
            #expect(answer.out.contains("it cannot be read or does not compile"))
            if format == "junit" { _ = try XMLDocument(xmlString: answer.out) }
            if format == "json" { _ = try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) }
        }
    }

    @Test func allPassed() throws {
        let answer = try test(models: ["zap.c": Models.zap])
        #expect(answer.code == 0)
        #expect(answer.out.contains("2 rows passed, 0 failed, 1 skipped, in 1 model"))
    }

    @Test func refusesContradictions() throws {
        let text = Models.zap + "EXPECT(rule == FREE_AT_ONCE || rule == FREE_AFTER_GP, DEADLOCK);\n"
        let answer = try test(models: ["zap.c": text])
        #expect(answer.code == 2)
        #expect(answer.errors.contains("contradicts"))
        #expect(answer.out.contains("its EXPECT rows contradict each other"))
    }

    /// A row that names a warning makes it an error in that row alone, so it does not contradict another.
    @Test func aWarningIsAnErrorOnlyInItsRow() throws {
        let text = """
            #include <lockwalk.h>
            static u3 x;
            THREAD(t, 2) { x = 1; }
            EXPECT(true, HOLDS);
            EXPECT(true, DATA_RACE);

            """
        let answer = try test(models: ["race.c": text])
        #expect(answer.code == 0)
        #expect(answer.out.contains("2 rows passed"))
    }

    @Test func goesOnPastAModelThatDoesNotCompile() throws {
        let answer = try test(models: ["a.c": "#include <lockwalk.h>\nint x = $;\n", "zap.c": Models.zap])
        #expect(answer.code == 2)
        #expect(answer.errors.contains("a.c:2:9: error["))
        #expect(answer.out.contains("2 rows passed"))
        #expect(answer.out.contains("1 that cannot be tested"))
    }

    @Test func aModelWithoutRowsMustCompileToo() throws {
        let answer = try test(models: ["a.c": "#include <lockwalk.h>\nTHREAD(t, 1) { x = 1; }\n"])
        #expect(answer.code == 2)
        #expect(answer.errors.contains("a.c:2:16: error[L0400]"))
        #expect(answer.out.contains("a.c: it does not compile"))
    }

    @Test func aLimitIsAFailure() throws {
        let answer = try test("--depth=2", models: ["zap.c": Models.zap])
        #expect(answer.code == 1)
        #expect(answer.out.contains("incomplete: runs were followed for 2 steps only (--depth)"))
    }
}

extension TestCommandTests {
    /// A row that holds only as far as a CONSTRAINT lets the search go says so.
    @Test func namesTheConstraintsOfARow() throws {
        let model = """
            #include <lockwalk.h>
            static u4 count;
            THREAD(t, 1) { for (;;) ATOMIC { if (count < 10) count++; } }
            CONSTRAINT(few) { return count <= 3; }
            EXPECT(true, HOLDS);

            """
        let scratch = try Scratch()
        try scratch.write("m.c", model)
        let text = try Program.run(["test", "m.c"], in: scratch.url)
        #expect(text.code == 0 && text.out.contains(": HOLDS within few, "))
        let json = try Program.run(["test", "--format", "json", "m.c"], in: scratch.url)
        #expect(json.out.contains("\"reason\": \"HOLDS within few\""))
    }
}
