import Foundation
import Testing

/// Models that cannot be read.
@Suite struct InputTests {
    @Test(arguments: ["check", "layout"]) func aMissingFile(command: String) throws {
        let answer = try Program.run([command, "/nowhere/m.c"])
        #expect(answer.code == 2)
        #expect(answer.errors == "lockwalk: cannot read '/nowhere/m.c': no such file\n")
    }

    @Test func aDirectory() throws {
        let answer = try Program.run(["check", "/"])
        #expect(answer.code == 2)
        #expect(answer.errors == "lockwalk: cannot read '/': it is a directory\n")
    }

    @Test(arguments: ["", "\n\n  \t\n"]) func anEmptyText(text: String) throws {
        let answer = try Program.run(["check", "-"], input: text)
        #expect(answer.code == 2)
        #expect(answer.errors == "lockwalk: '<stdin>' is empty; a model starts with #include <lockwalk.h>\n")
    }

    @Test func afterTwoDashesEverythingIsAnOperand() throws {
        let answer = try Program.run(["check", "--", "--quiet"])
        #expect(answer.code == 2)
        #expect(answer.errors == "lockwalk: cannot read '--quiet': no such file\n")
    }

    @Test func aDirectoryWithoutModels() throws {
        let scratch = try Scratch()
        try scratch.write("notes.txt", "nothing")
        let answer = try Program.run(["test", "."], in: scratch.url)
        #expect(answer.code == 2)
        #expect(answer.errors == "lockwalk: there is no model (*.c) in '.'\n")
    }

    /// The errors come compiler-style, several at a time.
    @Test func faultsOfTheText() throws {
        let answer = try Program.run(["check", "-"], input: "#include <lockwalk.h>\nint x = $;\nfloat y;\n")
        #expect(answer.code == 2)
        #expect(answer.out.isEmpty)
        #expect(answer.errors.contains("<stdin>:2:9: error[L0102]"))
        #expect(answer.errors.contains("<stdin>:3:1: error["))
    }
}
