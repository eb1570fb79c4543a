import Search

/// `lockwalk bench`
enum BenchCommand: Command {
    static let syntax = CommandSyntax(
        name: "bench", summary: "measure the search on built-in models", operands: "[MODEL[:NAME=VALUE,...]]...",
        description: """
            Searches built-in models whose number of states is known from other checkers, and
            prints how fast. Without MODEL, all of them in sizes of about a second each.

            models:
            \(BenchModels.all.map { "  \($0.name.padded(10))\($0.parameters)" }.joined(separator: "\n"))
            """,
        options: [
            OptionSyntax(long: "runs", value: "N", help: "search N times, show the median (default: 3)"),
            OptionSyntax(long: "format", value: "FORMAT", help: "text (default), or json"),
            OptionSyntax(long: "source", help: "print the models instead, to read or to check"),
            OptionSyntax(long: "no-limit", help: "do not measure the machine's limit"),
        ]
            + SearchRequest.options.map { option in
                guard option.long == "reduction" else { return option }
                return OptionSyntax(
                    long: option.long, value: option.value,
                    help: "leave out what makes no difference: none (default),\npor (interleavings), symmetry (who is who), all",
                    values: option.values)
            },
        notes: "B/state is the resident memory of the whole process at its peak. The limit is the rate\n"
            + "at which this machine looks random keys up in a table of that many entries, as often\n"
            + "as the search looks for states and with as many hits, measured in the same run with\n"
            + "one thread; with more threads it counts as many times. Other than 'check', 'bench'\n"
            + "leaves nothing out unless --reduction is given.")

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        var request = try SearchRequest(arguments, command: syntax.name)
        // What is measured is the search, and its counts are those of other checkers.
        if arguments.last("reduction") == nil { request.reduction = .none }
        let format = arguments.last("format") ?? "text"
        guard ["text", "json"].contains(format) else {
            throw UsageError("'\(format)' is no format; write text or json", command: syntax.name)
        }
        var times = 3
        if let text = arguments.last("runs") {
            guard let count = Quantities.count(text), count <= 1000 else {
                throw UsageError("'\(text)' is no number of runs", command: syntax.name)
            }
            times = count
        }
        let names = arguments.operands.isEmpty ? BenchModels.all.map(\.name) : arguments.operands
        if arguments.has("source") { return try printSources(names, console) }
        var runs = try names.map { try BenchRun($0, console: console) }
        if format == "text" { console.out.line(BenchReport.heading) }
        for index in runs.indices {
            try runs[index].run(request, times: times, measuresLimit: !arguments.has("no-limit"), console)
            if format == "text" {
                console.out.line(BenchReport.row(runs[index]))
                console.out.flush()
            }
            if Engine.signalReceived != nil { return .incomplete }
        }
        if format == "json" { console.out.write(BenchReport.json(runs)) }
        return runs.contains { $0.verdict == "incomplete" } ? .incomplete : .holds
    }

    private static func printSources(_ names: [String], _ console: Console) throws -> ExitCode {
        for name in names {
            guard let entry = BenchModels.all.first(where: { $0.name == name }) else {
                throw UsageError("there is no benchmark '\(name)'", command: syntax.name)
            }
            console.out.write(entry.text)
        }
        return .holds
    }
}

extension String {
    /// Filled with blanks to a width.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }

    /// Filled with blanks on the left.
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
