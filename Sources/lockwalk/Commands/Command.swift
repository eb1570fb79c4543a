/// One command of the program.
protocol Command {
    static var syntax: CommandSyntax { get }
    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode
}

extension Command {
    /// The single operand, or an error that says what is missing or too much.
    static func operand(_ arguments: Arguments, _ what: String) throws -> String {
        guard let first = arguments.operands.first else {
            throw UsageError("\(what) is missing", command: syntax.name)
        }
        guard arguments.operands.count == 1 else {
            throw UsageError(
                "'\(arguments.operands[1])' is one too many: \(syntax.name) takes one \(what)",
                command: syntax.name)
        }
        return first
    }
}

/// The commands, in the order in which `help` lists them.
enum Commands {
    static var all: [any Command.Type] {
        [
            CheckCommand.self, TestCommand.self, ReplayCommand.self, SimulateCommand.self, ExplodeCommand.self,
            LayoutCommand.self, ExplainCommand.self, HeaderCommand.self, BenchCommand.self, CompletionCommand.self,
            ManCommand.self, HelpCommand.self,
        ]
    }

    static let help = OptionSyntax(long: "help", short: "h", help: "show this text")

    static func named(_ name: String) -> (any Command.Type)? { all.first { $0.syntax.name == name } }

    /// A command's options, those of every command at the end.
    static func syntax(of command: any Command.Type) -> CommandSyntax {
        let own = command.syntax
        return CommandSyntax(
            name: own.name, summary: own.summary, operands: own.operands, description: own.description,
            options: own.options + [help], notes: own.notes, operandWords: own.operandWords)
    }
}
