/// `lockwalk completion bash`
enum CompletionCommand: Command {
    static let syntax = CommandSyntax(
        name: "completion", summary: "print completion for a shell", operands: "bash",
        description: """
            Prints completion for bash. For this shell alone:

                    source <(lockwalk completion bash)
            """,
        options: [], operandWords: ["bash"])

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        let shell = try operand(arguments, "the shell")
        guard shell == "bash" else {
            throw UsageError("there is no completion for '\(shell)'; there is bash", command: syntax.name)
        }
        console.out.write(Completion.bash(Commands.all.map { Commands.syntax(of: $0) }))
        return .holds
    }
}

/// `lockwalk man`
enum ManCommand: Command {
    static let syntax = CommandSyntax(
        name: "man", summary: "print the manual page", operands: "",
        description: """
            Prints the manual page. To read it, or to install it:

                    lockwalk man | man -l -
                    lockwalk man > /usr/local/share/man/man1/lockwalk.1
            """,
        options: [])

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        if let word = arguments.operands.first {
            throw UsageError("'\(word)' is one too many: man takes no operand", command: syntax.name)
        }
        console.out.write(ManualPage.text(Commands.all.map { Commands.syntax(of: $0) }))
        return .holds
    }
}
