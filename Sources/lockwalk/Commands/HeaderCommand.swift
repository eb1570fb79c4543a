/// `lockwalk header`
enum HeaderCommand: Command {
    static let syntax = CommandSyntax(
        name: "header", summary: "print lockwalk.h, for compilers and editors", operands: "",
        description: """
            Prints lockwalk.h. The checker itself does not read it; it lets any C compiler
            and editor read a model:

                    lockwalk header > lockwalk.h
                    cc -std=gnu11 -fsyntax-only -Wall -I . model.c
            """,
        options: [])

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        if let word = arguments.operands.first {
            throw UsageError("'\(word)' is one too many: header takes no operand", command: syntax.name)
        }
        console.out.write(headerText + headerIdioms + "\n#endif\n")
        return .holds
    }
}
