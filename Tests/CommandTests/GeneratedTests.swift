import Foundation
import Testing

/// What is drawn from the command table: completion and manual page.
@Suite struct GeneratedTests {
    private static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What bash offers for the last word.
    private func complete(_ words: [String], in scratch: Scratch) throws -> Set<String>? {
        guard let bash = Self.find("bash") else {
            print("skipped: there is no bash here")
            return nil
        }
        try scratch.write("completion", try Program.run(["completion", "bash"]).out)
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        try scratch.write(
            "ask",
            """
            source ./completion
            COMP_WORDS=(lockwalk \(quoted)); COMP_CWORD=\(words.count)
            _lockwalk
            printf '%s\\n' "${COMPREPLY[@]}"

            """)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: bash)
        process.arguments = ["ask"]
        process.currentDirectoryURL = scratch.url
        let (out, errors) = (Pipe(), Pipe())
        process.standardOutput = out
        process.standardError = errors
        try process.run()
        let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let trouble = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(trouble.isEmpty, "\(trouble)")
        return Set(text.split(separator: "\n").map(String.init))
    }

    @Test(arguments: [
        (["ch"], ["check"]), (["check", "--no-ch"], ["--no-check"]),
        (["check", "--color", ""], ["auto", "always", "never"]),
        (["check", "--error", "lock"], ["lock-order"]), (["test", "--format", "j"], ["junit", "json"]),
        (["check", "--memory", "1"], []), (["check", "mod"], ["model.c"]), (["check", "-q", "mod"], ["model.c"]),
        (["replay", "--html", "mod"], ["model.c"]), (["help", "rep"], ["replay"]), (["completion", ""], ["bash"]),
        (["explain", "USE"], ["USE_AFTER_FREE"]),
    ]) func bashCompletes(words: [String], offers: [String]) throws {
        let scratch = try Scratch()
        try scratch.write("model.c", "")
        guard let offered = try complete(words, in: scratch) else { return }
        #expect(offered == Set(offers))
    }

    /// Every option of every command's help is offered.
    @Test(arguments: HelpTests.commands) func bashKnowsAllOptions(command: String) throws {
        guard let offered = try complete([command, "--"], in: try Scratch()) else { return }
        let help = try Program.run([command, "--help"]).out
        let told = help.matches(of: #/^ +(?:-., )?(--[a-z-]+)/#.anchorsMatchLineEndings()).map { String($0.1) }
        // Where --help is the only one, its own text does not tell it.
        #expect(offered == Set(told + ["--help"]))
    }

    @Test func theManualPageIsOne() throws {
        let page = try Program.run(["man"])
        #expect(page.code == 0)
        for command in HelpTests.commands { #expect(page.out.contains(".SS lockwalk \(command) ")) }
        guard let groff = Self.find("groff") else {
            print("skipped: there is no groff here")
            return
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: groff)
        process.arguments = ["-man", "-Tascii", "-ww", "-z"]
        let (input, errors) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardError = errors
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(page.out.utf8))
        try input.fileHandleForWriting.close()
        let trouble = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(trouble.isEmpty, "\(trouble)")
    }
}

@Suite struct ProgressTests {
    /// Plain lines where they are asked for, with a last one; nothing where nobody looks.
    @Test func plainLinesOnlyWhereAsked() throws {
        let words = ["check", "-q", "--time", "2", "--memory", "500M", "-"]
        let silent = try Program.run(words, input: Models.long)
        #expect(silent.code == 3)
        #expect(silent.errors.isEmpty)
        let answer = try Program.run(["check", "--progress"] + words.dropFirst(), input: Models.long)
        #expect(answer.out.hasPrefix("incomplete: "))
        let lines = answer.errors.split(separator: "\n")
        #expect(!lines.isEmpty && lines.count <= 4)
        let form =
            #/(searched: )?[0-9,]+ states, [0-9.]+[kM]?/s, depth [0-9,]+, (frontier [0-9.]+[kM]?, )?[0-9.]+ ([KMG]iB|bytes) of 500 MiB, [0-9.]+ m?s/#
        for line in lines {
            #expect(line.wholeMatch(of: form) != nil, "\(line)")
            #expect(line.count <= 80)
            #expect(line.contains("frontier") != line.hasPrefix("searched: "))
        }
        #expect(lines.last?.hasPrefix("searched: ") == true)
    }

    @Test func aTerminalShowsOneLineThatMoves() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.long)
        let terminal = try Terminal(["check", "-q", "--time", "2", "--memory", "500M", "m.c"], in: scratch)
        #expect(terminal.end() == 3)
        #expect(terminal.shown.contains("\r\u{1B}[K"))
        #expect(terminal.shown.contains("of 500 MiB"))
        #expect(terminal.shown.contains("searched: "))
    }

    /// Levels of a million states, of which each takes its time: the line moves within it, too, and not more
    /// than five times a second.
    @Test func movesWithinOneLongLevel() throws {
        let scratch = try Scratch()
        try scratch.write(
            "m.c",
            "#include <lockwalk.h>\nstatic u7 x[6];\nTHREAD(t, 1) { int i; for (i = 0; i < 4; i++) { x[i] = pick(0, 31); }\n"
                + "for (;;) ATOMIC { int j; for (j = 0; j < 400; j++) x[5] = (x[5] + x[j % 4]) & 127; } }\n")
        let terminal = try Terminal(
            ["check", "-q", "--native", "off", "--threads", "1", "--time", "3", "m.c"], in: scratch)
        _ = terminal.end()
        let told = terminal.shown.split(separator: "\r\u{1B}[K").filter { $0.contains("frontier") }
        #expect(told.count >= 4 && told.count <= 16, "\(terminal.shown)")
        #expect(Set(told.compactMap { $0.firstMatch(of: #/depth [0-9]+/#).map { String($0.output) } }).count < told.count)
    }
}

@Suite struct ExplodeTests {
    private func explode(_ words: String..., model: String) throws -> Answer {
        let scratch = try Scratch()
        try scratch.write("m.c", model)
        var answer = try Program.run(["explode"] + words + ["m.c"], in: scratch.url)
        answer.out = answer.out.replacing(/; [0-9.]+ m?s\n/, with: "; TIME\n")
        return answer
    }

    /// Two independent writers of what nobody reads: each variable doubles the states or does nothing, by design.
    static let model = """
        #include <lockwalk.h>
        CONFIG(int, writers, 2);
        static bool noise;
        static u2 done[4];
        THREAD(writer, writers) { WRITE_ONCE(done[self], 1); skip(); }
        THREAD(noisy, 1) { ATOMIC { noise = maybe(); } }

        """

    @Test func tellsWhereTheStatesComeFrom() throws {
        let answer = try explode(model: Self.model)
        #expect(answer.code == 0)
        expectGolden(answer.out, "explode.txt")
        #expect(answer.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    /// "With one more" is counted: it is what `check` says of that model.
    @Test func oneMoreIsWhatCheckCounts() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Self.model)
        let check = try Program.run(["check", "-D", "writers=3", "m.c"], in: scratch.url).out
        let states = try #require(check.firstMatch(of: #/([0-9,]+) states/#)?.1)
        #expect(try explode(model: Self.model).out.contains("thread writer: \(states) states,"))
    }

    @Test func aPartOfTheStatesIsToldAsOne() throws {
        let answer = try explode("--states", "2000", model: Models.long)
        #expect(answer.code == 0)
        #expect(answer.out.hasPrefix("m.c: the first 2,0"))
        #expect(answer.out.contains("there are more"))
        #expect(answer.out.contains("thread counter: the model's arrays have no room for it"))
        let more = try explode(
            "--states", "2000", model: Models.long.replacingOccurrences(of: "count[8]", with: "count[9]"))
        #expect(more.out.contains(#/thread counter: [0-9.]+ times as many up to depth [0-9]+/#))
    }

    @Test func aModelThatFailsAtOnceIsRefused() throws {
        let answer = try explode(
            model:
                "#include <lockwalk.h>\nstatic struct s { u1 x; } *p;\nINIT { p->x = 1; }\nTHREAD(t, 1) { skip(); }\n")
        #expect(answer.code == 2)
        #expect(answer.errors.contains("fails before the first step: NULL_DEREF"))
    }
}
