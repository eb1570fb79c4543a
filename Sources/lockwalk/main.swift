import Trace

// A reader that closes the pipe must not end us: the exit code says the verdict.
signal(SIGPIPE, SIG_IGN)
CrashReport.install()

let console = Console()
let code = run(Array(CommandLine.arguments.dropFirst()), console)
console.flush()
exit(code.rawValue)

/// Finds the command, runs it, and turns whatever went wrong into one line and an exit code.
func run(_ words: [String], _ console: Console) -> ExitCode {
    do {
        return try dispatch(words, console)
    } catch let error as UsageError {
        console.complain(error.message)
        console.errors.line("'lockwalk \(error.command.map { "\($0) --help" } ?? "help")' tells more")
        return .usage
    } catch is LoadedModel.Refused {
        return .usage
    } catch let failure as Files.Failure {
        console.complain(failure.message)
        return .usage
    } catch {
        console.complain("internal error: \(error)")
        console.errors.line("This is a fault of the checker, not of the model; please report it with the model.")
        return .internal
    }
}

func dispatch(_ words: [String], _ console: Console) throws -> ExitCode {
    guard let first = words.first else {
        console.errors.write(overviewText(Commands.all.map { $0.syntax }))
        return .usage
    }
    if first == "--help" || first == "-h" { return try HelpCommand.run(Arguments([], syntax: HelpCommand.syntax), console) }
    if first == "--version" {
        console.out.line("lockwalk \(version)")
        return .holds
    }
    if first.hasPrefix("-") { throw UsageError("option '\(first)' needs a command before it") }
    let command = try HelpCommand.command(first)
    let syntax = Commands.syntax(of: command)
    let arguments = try Arguments(Array(words.dropFirst()), syntax: syntax)
    if arguments.has("help") {
        console.out.write(helpText(syntax))
        return .holds
    }
    return try command.run(arguments, console)
}
