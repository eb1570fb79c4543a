import Foundation
import Testing

/// What `check` answers, whole: verdict, trace, numbers. Times are no part of it.
@Suite struct CheckTests {
    private func check(_ words: String..., model: String) throws -> Answer {
        let scratch = try Scratch()
        try scratch.write("m.c", model)
        var answer = try Program.run(["check"] + words + ["m.c"], in: scratch.url)
        answer.out = answer.out.replacing(/; [0-9.]+ m?s\n/, with: "; TIME\n")
        return answer
    }

    @Test func holds() throws {
        let answer = try check(model: Models.zap)
        #expect(answer.code == 0)
        #expect(answer.errors.isEmpty)
        expectGolden(answer.out, "check-holds.txt")
    }

    @Test func violated() throws {
        let answer = try check("-Drule=FREE_AT_ONCE", model: Models.zap)
        #expect(answer.code == 1)
        expectGolden(answer.out, "check-violated.txt")
    }

    @Test func deadlock() throws {
        let answer = try check(model: Models.deadlock)
        #expect(answer.code == 1)
        expectGolden(answer.out, "check-deadlock.txt")
    }

    @Test func incomplete() throws {
        let answer = try check("--depth", "3", model: Models.zap)
        #expect(answer.code == 3)
        #expect(answer.out.hasPrefix("incomplete: runs were followed for 3 steps only (--depth); no error so far in m.c"))
    }

    @Test func quiet() throws {
        let answer = try check("-q", "-D", "rule=FREE_AT_ONCE", model: Models.zap)
        #expect(answer.out == "violated: USE_AFTER_FREE(ptpages) in m.c (rule=FREE_AT_ONCE)\n")
    }

    @Test(arguments: [
        ("rul=FREE_AT_ONCE", "m.c has no CONFIG 'rul'; did you mean 'rule'?"),
        ("rule=FREE_AT_ONC", "'FREE_AT_ONC' is no value for CONFIG rule; did you mean 'FREE_AT_ONCE'?"),
        ("rule=9", "'9' is no value for CONFIG rule; it may be FREE_AT_ONCE, FREE_AFTER_GP"),
    ]) func refusesAWrongDefinition(definition: String, says: String) throws {
        let answer = try check("-D\(definition)", model: Models.zap)
        #expect(answer.code == 2)
        #expect(answer.out.isEmpty)
        #expect(answer.errors.contains(says), "it says: \(answer.errors)")
    }

    @Test(arguments: [
        ("flag", 0, ""), ("number", 2, "CONFIG number needs a value: write -D number=2"),
        ("rule", 2, "CONFIG rule needs a value: write -D rule=B; it may be A, B"),
    ]) func aNameAloneSwitchesABoolOn(name: String, code: Int32, says: String) throws {
        let answer = try check("-q", "-D\(name)", model: """
            #include <lockwalk.h>
            enum rule { A, B };
            CONFIG(enum rule, rule, A);
            CONFIG(int, number, 2);
            CONFIG(bool, flag, false);
            THREAD(t, number) { if (flag && rule == A) skip(); }

            """)
        #expect(answer.code == code)
        #expect(says.isEmpty ? answer.errors.isEmpty : answer.errors.contains(says), "it says: \(answer.errors)")
        if code == 0 { #expect(answer.out.contains("flag=true")) }
    }

    @Test func aFaultOfTheModelIsToldAsACompilerDoes() throws {
        let answer = try check(model: """
            #include <lockwalk.h>
            static bool ready;
            static u3 count;
            THREAD(t, 1)
            {
                    skip();
                    ATOMIC { count = 1; wait_until(ready); }
            }

            """)
        #expect(answer.code == 2)
        #expect(answer.out.isEmpty)
        expectGolden(answer.errors, "check-model-fault.txt")
    }

    @Test func manyWarningsAreToldInFewLines() throws {
        let answer = try check(model: """
            #include <lockwalk.h>
            static u3 a, b, c, d, e;
            THREAD(t, 2)
            {
                    a = 1;
                    b = 1;
                    c = 1;
                    d = 1;
                    e = 1;
            }

            """)
        #expect(answer.code == 0)
        expectGolden(answer.out, "check-warnings.txt")
    }

    @Test func nothingHappens() throws {
        let answer = try check(model: "#include <lockwalk.h>\nTHREAD(t, 2) { }\n")
        #expect(answer.code == 0)
        #expect(answer.out.hasPrefix("holds: every interleaving of m.c\n\n1 state, 0 transitions, depth 0; TIME\n"))
        #expect(answer.out.contains("no thread ever takes a step"))
    }

    @Test func readsStandardInput() throws {
        let answer = try Program.run(["check", "-q", "-"], input: Models.zap)
        #expect(answer.code == 0)
        #expect(answer.out.contains("<stdin>"))
    }

    @Test func layout() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.zap)
        let answer = try Program.run(["layout", "m.c"], in: scratch.url)
        #expect(answer.code == 0)
        expectGolden(answer.out, "layout.txt")
        #expect(answer.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    /// `lockwalk check m.c | true`: the reader is gone before the first word.
    @Test func aClosedPipeDoesNotChangeTheExitCode() throws {
        let process = Process()
        process.executableURL = Program.url
        process.arguments = ["check", "-"]
        let (input, out) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = out
        process.standardError = FileHandle.nullDevice
        try process.run()
        try out.fileHandleForReading.close()
        try out.fileHandleForWriting.close()
        try input.fileHandleForWriting.write(contentsOf: Data(Models.deadlock.utf8))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 1)
    }

    @Test(arguments: [SIGINT, SIGTERM]) func aSignalEndsTheSearchWithWhatIsKnown(number: Int32) throws {
        let process = Process()
        process.executableURL = Program.url
        process.arguments = ["check", "--memory", "500M", "-"]
        let (input, out) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = out
        process.standardError = FileHandle.nullDevice
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(Models.long.utf8))
        try input.fileHandleForWriting.close()
        Thread.sleep(forTimeInterval: 0.5)
        kill(process.processIdentifier, number)
        let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 3)
        #expect(text.hasPrefix("incomplete: interrupted by \(number == SIGINT ? "SIGINT" : "SIGTERM"); no error so far"))
    }

    /// A "holds" must not read as if a check that was off had found nothing.
    @Test func aCheckThatIsOffIsNamed() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.deadlock)
        let answer = try Program.run(["check", "--no-check", "deadlock", "--no-check", "lock-order", "m.c"], in: scratch.url)
        #expect(answer.code == 0)
        #expect(answer.out.contains("not looked for: DEADLOCK, LOCK_ORDER\n"), "\(answer.out)")
    }

    @Test func reductionsAreChecked() throws {
        let agrees = try check("--check-reductions", model: Models.zap)
        #expect(agrees.code == 0)
        expectGolden(agrees.out, "check-reductions.txt")
        let alike = try check("--check-reductions", model: Models.alike)
        #expect(alike.code == 0)
        expectGolden(alike.out, "check-reductions-alike.txt")
        let unlike = try check("--check-reductions", model: Models.turns)
        #expect(unlike.code == 0)
        expectGolden(unlike.out, "check-reductions-unlike.txt")
        let few = try check("--check-reductions", "--states", "5", model: Models.zap)
        #expect(few.code == 3)
        #expect(few.out.hasPrefix("incomplete: m.c has more than 5 states"))
    }

    @Test(arguments: ["none", "por", "symmetry", "all"]) func theVerdictIsTheSameWithAnyReduction(word: String) throws {
        let answer = try check("-q", "--reduction", word, "-Drule=FREE_AT_ONCE", model: Models.zap)
        #expect(answer.out == "violated: USE_AFTER_FREE(ptpages) in m.c (rule=FREE_AT_ONCE)\n")
        #expect(try check("--reduction", "less", model: Models.zap).errors.contains("none, por, symmetry or all"))
    }

    /// Of two steps that begin at one place, sometimes the one and sometimes the other was named.
    @Test func whatWasNotReachedIsToldTheSameEveryTime() throws {
        let file = ReadmeTests.root.appendingPathComponent("Tests/Models/language/conditional.c").path
        for _ in 0..<6 {
            let answer = try Program.run(["check", "-Dsecond=false", file])
            #expect(answer.out.hasSuffix("conditional.c:29: never reached: none\n"), "\(answer.out)")
        }
    }
}
