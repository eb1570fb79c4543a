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
        notes: "A run is followed for 10000 steps unless --depth says otherwise. UNREACHED is\n"
            + "not looked for: only a search can tell.\n\n"
            + "exit status: 1 violated, 2 the command or the model is wrong, 3 nothing found,\n"
            + "4 internal error")

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        let path = try operand(arguments, "MODEL")
        let request = try SearchRequest(arguments, command: syntax.name)
        let colors = try Colors.wanted(arguments, console.out, command: syntax.name)
        let options = Simulation.Options(
            seed: UInt64(try number("seed", arguments) ?? 1), runs: try number("runs", arguments) ?? 10_000,
            depth: request.depth ?? 10_000, timeLimit: request.seconds ?? .infinity)
        try Files.checkPlaces(arguments, options: ["trace", "html"])
        let loaded = try LoadedModel(path: path, console: console)
        let configuration = try loaded.configuration(arguments.all("define"), command: syntax.name)
        let model = try loaded.lower(configuration, console: console)
        let checks = Engine.checks(model, request)
        let errors = model.checksOn.union(request.asErrors).intersection(checks)
        Signals.install()
        let outcome: Simulation.Outcome
        do {
            outcome = try Simulation(model: model, checks: checks, errors: errors).run(options)
        } catch Walk.Trouble.failsAtStart(let failure) {
            throw Files.Failure(
                message: "\(path) fails before the first step: \(failure.kind.word); 'lockwalk check' shows it")
        }
        let replay = Replay(
            model: model, ranges: outcome.ranges, checks: checks, keepsStates: arguments.has("html"),
            reducesRuns: false)
        var example: Counterexample?
        if let finding = outcome.finding {
            example = try replay.counterexample(finding)
            if finding.kind != .lockOrder { example?.stepsLeftOut = outcome.stepsBefore - finding.moves.count }
            if finding.kind == .modelError {
                console.errors.write(ModelFaultReport(model: model, finding: finding).text(example, isQuiet: false))
                console.errors.flush()
                return .usage
            }
        }
        let warnings = try outcome.warnings.prefix(CheckReport.warningsMax).map(replay.counterexample)
        try SimulateReport(
            name: loaded.name, model: model, outcome: outcome, options: options, example: example, warnings: warnings,
            checks: checks, checksOn: request.asErrors.sorted(), checksOff: request.checksOff.sorted(), colors: colors
        ).answer(arguments, console)
        return example == nil ? .incomplete : .violated
    }

    private static func number(_ option: String, _ arguments: Arguments) throws -> Int? {
        guard let text = arguments.last(option) else { return nil }
        if option == "seed", let seed = Int(text), seed >= 0 { return seed }
        if option == "runs", let runs = Quantities.count(text) { return runs }
        throw UsageError("'\(text)' is no value for --\(option); write a number", command: syntax.name)
    }
}
