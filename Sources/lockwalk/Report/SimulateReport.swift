import Program
import Search
import Trace

/// The answer of `lockwalk simulate`.
struct SimulateReport {
    let name: String
    let model: Model
    let outcome: Simulation.Outcome
    let options: Simulation.Options
    /// Of the error, then of the first warnings; already executed again.
    let example: Counterexample?
    let warnings: [Counterexample]
    let checks: Set<FailureKind>
    /// What the command line added to the model's own settings.
    let checksOn: [FailureKind]
    let checksOff: [FailureKind]
    let colors: TextColors

    /// Writes it where the options want it.
    func answer(_ arguments: Arguments, _ console: Console) throws {
        let run = example ?? warnings.first
        if let file = arguments.last("trace"), run != nil { try Files.write(document().formatted(), to: file) }
        if let file = arguments.last("html") { try PageReport.write(run, of: model, name: name, to: file, console) }
        console.out.write(arguments.has("json") ? document().formatted() : text())
    }

    private func document() -> JSONValue {
        .object(
            CheckDocument.head(name: name, model: model, checksOn: checksOn, checksOff: checksOff) + [
                .init("not_looked_for", .strings(notLookedFor)),
                .init("finding", example?.findingJSON() ?? .null),
                .init("warnings", .array(warnings.map { $0.findingJSON() })),
            ])
    }

    /// UNREACHED takes a search.
    private var notLookedFor: [String] {
        (SearchOptions.defaultChecks.subtracting(checks).union([.unreached])).sorted().map(\.word)
    }

    private func text() -> String {
        let values = model.configuration.map { "\($0.name)=\($0.value)" }
        let title = values.isEmpty ? name : "\(name) (\(values.joined(separator: ", ")))"
        var text: String
        if let example {
            text = headline("violated", ": \(example.verdict) in \(title)", .bad)
            text += TextRendering(example, colors: colors).text() + "\n"
            text += "found in random run \(Quantities.grouped(outcome.foundInRun)) of seed \(options.seed)"
        } else {
            text = headline("nothing found", ", and nothing proven: random runs of \(title)", .warning)
            text += CheckReport.text(of: outcome.warnings, warnings, model, colors)
            text += "\(Quantities.plural(outcome.runs, "run")) of seed \(options.seed)"
        }
        text += ", \(Quantities.plural(outcome.steps, "step")); \(Quantities.duration(outcome.seconds))\n"
        return text + notes().map { $0 + "\n" }.joined()
    }

    /// With an empty line behind it.
    private func headline(_ word: String, _ rest: String, _ style: TextColors.Style) -> String {
        colors.paint(word, style) + TextWrapping.hanging(word + rest, width: 80).dropFirst(word.count) + "\n"
    }

    private func notes() -> [String] {
        var notes = ["explored under sequential consistency"]
        if outcome.cutByDepth > 0 {
            let depth = Quantities.plural(options.depth, "step")
            notes.append("\(Quantities.plural(outcome.cutByDepth, "run")) ended after \(depth) (--depth)")
        }
        if outcome.cutByConstraint > 0 {
            notes.append("\(Quantities.plural(outcome.cutByConstraint, "run")) left a CONSTRAINT and was not followed")
        }
        if outcome.isInterrupted { notes.append("interrupted after \(Quantities.plural(outcome.runs, "run"))") }
        notes.append("not looked for: " + notLookedFor.joined(separator: ", "))
        return notes
    }
}
