import Program
import Search
import Trace

/// `lockwalk explode MODEL`
enum ExplodeCommand: Command {
    static let syntax = CommandSyntax(
        name: "explode", summary: "show where a model's states come from", operands: "MODEL",
        description: """
            Searches a part of MODEL's states and shows where they come from: how many are
            new at each depth, what each variable costs, where threads stand, and how many
            one more thread or object makes.
            """,
        options: [
            LoadedModel.defineOption,
            OptionSyntax(long: "states", value: "N", help: "look at so many states (default: 200k)"),
        ],
        notes: "Runs go on past what 'check' would stop at. The costs of two things do not\n"
            + "multiply: what both of them say is counted with neither.")

    private static let statesDefault = 200_000

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        let path = try operand(arguments, "MODEL")
        var states = statesDefault
        if let text = arguments.last("states") {
            guard let count = Quantities.count(text), count <= 10_000_000 else {
                throw UsageError("'\(text)' is no value for --states; write up to 10M", command: syntax.name)
            }
            states = count
        }
        let loaded = try LoadedModel(path: path, console: console)
        let configuration = try loaded.configuration(arguments.all("define"), command: syntax.name)
        let model = try loaded.lower(configuration, console: console)
        let request = try SearchRequest(Arguments([], syntax: CheckCommand.syntax), command: syntax.name)
        Signals.install()
        let start = Clock.now()
        let checks = Engine.checks(model, request)
        let census: StateCensus
        do {
            census = try StateCensus(
                model: model, checks: checks, statesMax: states,
                isInterrupted: { Engine.signalReceived != nil })
        } catch Walk.Trouble.failsAtStart(let failure) {
            throw Files.Failure(
                message: "\(path) fails before the first step: \(failure.kind.word); 'lockwalk check' shows it")
        }
        let estimates = OneMore.variants(of: loaded.source, configuration: configuration, model: model).map {
            GrowthEstimate(
                $0, base: census, checks: checks, statesMax: states, isInterrupted: { Engine.signalReceived != nil })
        }
        let report = ExplodeReport(
            name: loaded.name, model: model, census: census, estimates: estimates, seconds: Clock.now() - start)
        console.out.write(report.text())
        return .holds
    }
}
