import Testing

@Suite struct HelpTests {
    static let commands = [
        "check", "test", "replay", "simulate", "explode", "layout", "explain", "header", "completion", "man", "help",
    ]

    @Test func overview() throws {
        let answer = try Program.run(["help"])
        #expect(answer.code == 0)
        expectGolden(answer.out, "help.txt")
        #expect(try Program.run(["--help"]).out == answer.out)
    }

    @Test(arguments: commands) func ofACommand(name: String) throws {
        let answer = try Program.run([name, "--help"])
        #expect(answer.code == 0)
        #expect(answer.errors.isEmpty)
        expectGolden(answer.out, "help-\(name).txt")
        #expect(try Program.run(["help", name]).out == answer.out)
        #expect(try Program.run([name, "-h"]).out == answer.out)
    }

    @Test(arguments: commands) func fitsATerminal(name: String) throws {
        for line in try Program.run([name, "--help"]).out.split(separator: "\n") { #expect(line.count <= 80) }
    }

    @Test func withoutACommandItIsAnError() throws {
        let answer = try Program.run([])
        #expect(answer.code == 2)
        #expect(answer.out.isEmpty)
        #expect(answer.errors.hasPrefix("usage: lockwalk"))
    }

    @Test func version() throws {
        let answer = try Program.run(["--version"])
        #expect(answer.code == 0)
        #expect(answer.out.hasPrefix("lockwalk "))
    }
}
