import Program
import Search
import Trace

/// `lockwalk simulate MODEL`
enum SimulateCommand: Command {
    private static let shared = ["depth", "time", "check", "error", "no-check"]

    static let syntax = CommandSyntax(
        name: "simulate", summary: "try random interleavings of a model", operands: "MODEL",
        description: """
            Draws random runs of MODEL and looks for the same errors as 'check'. What it
            finds is real, what it does not find may still be there: it proves nothing. The
            same seed draws the same runs.
            """,
        options: [
            LoadedModel.defineOption,
            OptionSyntax(long: "seed", value: "N", help: "which random numbers (default: 1)"),
            OptionSyntax(long: "runs", value: "N", help: "how many runs (default: 10000)"),
            OptionSyntax(long: "json", help: "answer as JSON ('lockwalk help json' tells how)"),
            OptionSyntax(
                long: "trace", value: "FILE", help: "write the run to FILE as JSON, too, for\n'lockwalk replay'"),
            OptionSyntax(long: "html", value: "FILE", help: "write the run to FILE as one page, for a browser"),
            Colors.option,
        ] + SearchRequest.options.filter { shared.contains($0.long) },
        notes: "A run is followed for 10000 steps unless --depth says otherwise. Data races\n"
            + "are looked for with --error data-race; lock order and leaks are not.\n\n"
            + "exit status: 1 violated, 2 the command or the model is wrong, 3 nothing found,\n"
            + "4 internal error")

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        let path = try operand(arguments, "MODEL")
        let request = try SearchRequest(arguments, command: syntax.name)
        let colors = try Colors.wanted(arguments, console.out, command: syntax.name)
        let options = Simulation.Options(
            seed: UInt64(try number("seed", arguments) ?? 1), runs: try number("runs", arguments) ?? 10_000,
            depth: request.depth ?? 10_000, timeLimit: request.seconds ?? .infinity)
        let loaded = try LoadedModel(path: path, console: console)
        let configuration = try loaded.configuration(arguments.all("define"), command: syntax.name)
        let model = try loaded.lower(configuration, console: console)
        var checks = Engine.checks(model, request).subtracting(Judge.notJudged)
        if !request.asErrors.union(model.checksOn).contains(.dataRace) { checks.remove(.dataRace) }
        Signals.install()
        let outcome: Simulation.Outcome
        do {
            outcome = try Simulation(model: model, checks: checks).run(options)
        } catch Walk.Trouble.failsAtStart(let failure) {
            throw Files.Failure(
                message: "\(path) fails before the first step: \(failure.kind.word); 'lockwalk check' shows it")
        }
        var example: Counterexample?
        if let finding = outcome.finding {
            let replay = Replay(
                model: model, ranges: outcome.ranges, checks: checks, keepsStates: arguments.has("html"),
                reducesRuns: false)
            example = try replay.counterexample(finding)
            example?.stepsLeftOut = outcome.stepsBefore - finding.moves.count
            if finding.kind == .modelError {
                console.errors.write(ModelFaultReport(model: model, finding: finding).text(example, isQuiet: false))
                console.errors.flush()
                return .usage
            }
        }
        try answer(outcome, example, options, loaded.name, model, request, checks, arguments, colors, console)
        return example == nil ? .incomplete : .violated
    }

    private static func number(_ option: String, _ arguments: Arguments) throws -> Int? {
        guard let text = arguments.last(option) else { return nil }
        if option == "seed", let seed = Int(text), seed >= 0 { return seed }
        if option == "runs", let runs = Quantities.count(text) { return runs }
        throw UsageError("'\(text)' is no value for --\(option); write a number", command: syntax.name)
    }

    private static func answer(
        _ outcome: Simulation.Outcome, _ example: Counterexample?, _ options: Simulation.Options, _ name: String,
        _ model: Model, _ request: SearchRequest, _ checks: Set<FailureKind>, _ arguments: Arguments,
        _ colors: TextColors, _ console: Console
    ) throws {
        let head = CheckDocument.head(
            name: name, model: model, checksOn: request.asErrors.sorted(), checksOff: request.checksOff.sorted())
        let document = JSONValue.object(
            head + [
                .init("not_looked_for", .strings(SearchOptions.defaultChecks.subtracting(checks).sorted().map(\.word))),
                .init("finding", example?.findingJSON() ?? .null),
            ])
        if let file = arguments.last("trace"), example != nil { try Files.write(document.formatted(), to: file) }
        if let file = arguments.last("html") {
            try PageReport.write(example, of: model, name: name, to: file, console)
        }
        if arguments.has("json") {
            console.out.write(document.formatted())
            return
        }
        let values = model.configuration.map { "\($0.name)=\($0.value)" }
        let title = values.isEmpty ? name : "\(name) (\(values.joined(separator: ", ")))"
        var text: String
        if let example {
            text = headline("violated", ": \(example.verdict) in \(title)", .bad, colors)
            text += TextRendering(example, colors: colors).text() + "\n"
            text += "found in random run \(Quantities.grouped(outcome.foundInRun)) of seed \(options.seed)"
        } else {
            text = headline("nothing found", ", and nothing proven: random runs of \(title)", .warning, colors)
            text += "\(Quantities.plural(outcome.runs, "run")) of seed \(options.seed)"
        }
        text += ", \(Quantities.plural(outcome.steps, "step")); \(Quantities.duration(outcome.seconds))\n"
        console.out.write(text + notes(outcome, checks, options).map { $0 + "\n" }.joined())
    }

    /// With an empty line behind it.
    private static func headline(_ word: String, _ rest: String, _ style: TextColors.Style, _ colors: TextColors)
        -> String
    {
        colors.paint(word, style) + TextWrapping.hanging(word + rest, width: 80).dropFirst(word.count) + "\n"
    }

    private static func notes(
        _ outcome: Simulation.Outcome, _ checks: Set<FailureKind>, _ options: Simulation.Options
    ) -> [String] {
        var notes = ["explored under sequential consistency"]
        if outcome.cutByDepth > 0 {
            let depth = Quantities.plural(options.depth, "step")
            notes.append("\(Quantities.plural(outcome.cutByDepth, "run")) ended after \(depth) (--depth)")
        }
        if outcome.cutByConstraint > 0 {
            notes.append("\(Quantities.plural(outcome.cutByConstraint, "run")) left a CONSTRAINT and was not followed")
        }
        if outcome.isInterrupted { notes.append("interrupted after \(Quantities.plural(outcome.runs, "run"))") }
        let off = SearchOptions.defaultChecks.subtracting(checks).sorted().map(\.word)
        if !off.isEmpty { notes.append("not looked for: " + off.joined(separator: ", ")) }
        return notes
    }
}
