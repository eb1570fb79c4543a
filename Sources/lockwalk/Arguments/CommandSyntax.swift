/// An option of a command, as the parser matches it and as `--help` shows it.
struct OptionSyntax {
    /// Without the dashes: `memory`.
    let long: String
    var short: Character?
    /// What stands for the argument in `--help`; nil for an option that takes none.
    var value: String?
    /// One short sentence without a full stop; a line feed breaks it by hand.
    let help: String
    /// The values that there are, for completion; empty where they cannot be listed.
    var values: [String] = []

    var takesFile: Bool { value == "FILE" }
}

/// A command: what the parser accepts and what `--help` says are read from the same value, so they cannot differ.
struct CommandSyntax {
    let name: String
    /// For the list of commands.
    let summary: String
    /// As shown behind the options: `MODEL`, `PATH...`.
    let operands: String
    /// What it does, in a few lines.
    let description: String
    let options: [OptionSyntax]
    /// Lines after the options.
    var notes = ""
    /// The words that an operand may be, for completion; empty where it is a file.
    var operandWords: [String] = []
}

/// The user's command line is wrong. Ends the run with `ExitCode.usage`.
struct UsageError: Error {
    var message: String
    /// The command whose `--help` may tell more.
    var command: String?

    init(_ message: String, command: String? = nil) {
        self.message = message
        self.command = command
    }
}

/// The exit codes, a part of the interface: scripts rely on them.
enum ExitCode: Int32 {
    case holds = 0
    case violated = 1
    /// The command line or the model is wrong.
    case usage = 2
    /// A limit or a signal ended the search.
    case incomplete = 3
    case `internal` = 4
}
