import Syntax

/// `lockwalk test PATH...`
enum TestCommand: Command {
    static let syntax = CommandSyntax(
        name: "test", summary: "check every EXPECT row of models", operands: "PATH...",
        description: """
            Checks every EXPECT row of the models, for every variant that it covers. A PATH
            is a model, or a directory that is searched for *.c. Rows that this version
            cannot judge are shown as skipped, never as passed.
            """,
        options: [
            OptionSyntax(
                long: "format", value: "FORMAT",
                help: "text (default), ktap as the kernel's tests, junit,\nor json ('lockwalk help json' tells how)",
                values: formats)
        ] + SearchRequest.options.filter { $0.long != "no-progress" },
        notes: "The limits are those of each row. A row ends as FAIL when one is reached.\n\n"
            + "exit status: 0 all rows pass, 1 some fail, 2 the command or a model is wrong,\n"
            + "3 interrupted, 4 internal error")

    private static let formats = ["text", "ktap", "junit", "json"]

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        guard !arguments.operands.isEmpty else { throw UsageError("PATH is missing", command: syntax.name) }
        var request = try SearchRequest(arguments, command: syntax.name)
        request.showsProgress = false
        let format = arguments.last("format") ?? "text"
        guard formats.contains(format) else {
            let near =
                nearest(format, in: formats).map { "; did you mean '\($0)'?" }
                ?? "; there are text, ktap, junit and json"
            throw UsageError("unknown format '\(format)'\(near)", command: syntax.name)
        }
        let paths = try arguments.operands.flatMap { operand -> [String] in
            guard Files.isDirectory(operand) else { return [operand] }
            let found = try Files.models(below: operand)
            if found.isEmpty { throw Files.Failure(message: "there is no model (*.c) in '\(operand)'") }
            return found
        }
        let reporter: any TestReporter =
            switch format {
            case "ktap": KTAPReporter(out: console.out)
            case "junit": JUnitReporter(out: console.out)
            case "json": JSONReporter(out: console.out)
            default: TextReporter(out: console.out)
            }
        let summary = try run(paths, request, console, reporter)
        return summary.exitCode
    }

    private static func run(
        _ paths: [String], _ request: SearchRequest, _ console: Console, _ reporter: any TestReporter
    ) throws -> TestSummary {
        let start = Clock.now()
        var summary = TestSummary()
        reporter.begin(models: paths)
        for path in paths {
            if Engine.signalReceived != nil { break }
            let outcome = try ModelTest(path: path, request: request, console: console, report: reporter.row).run()
            reporter.endModel(outcome)
            summary.add(outcome)
        }
        summary.isInterrupted = Engine.signalReceived != nil
        summary.seconds = Clock.now() - start
        reporter.end(summary)
        return summary
    }
}
