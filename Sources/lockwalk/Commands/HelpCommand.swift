import Syntax

/// `lockwalk help [COMMAND]`
enum HelpCommand: Command {
    static let syntax = CommandSyntax(
        name: "help", summary: "tell about a command", operands: "[COMMAND]",
        description: """
            Shows the commands, or the options of COMMAND. 'help json' shows the grammar of
            the JSON that lockwalk writes.
            """,
        options: [], operandWords: ["json"])

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        guard let name = arguments.operands.first else {
            console.out.write(overviewText(Commands.all.map { $0.syntax }))
            return .holds
        }
        if name == "json" {
            console.out.write(JSONGrammar.text)
            return .holds
        }
        console.out.write(helpText(Commands.syntax(of: try command(name))))
        return .holds
    }

    /// The command of that name, or an error that names the nearest one.
    static func command(_ name: String) throws -> any Command.Type {
        if let command = Commands.named(name) { return command }
        let near = nearest(name, in: Commands.all.map { $0.syntax.name })
        throw UsageError("unknown command '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }
}
