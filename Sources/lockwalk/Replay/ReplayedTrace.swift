import Execution
import Program
import Search
import Trace

/// A trace that has been executed again on the model as it is now.
struct ReplayedTrace {
    let trace: SavedTrace
    let modelName: String
    let model: Model
    let walk: Walk
    /// Of a lock order inversion the other run, which closes the circle.
    let second: Walk?
    let judge: Judge
    let divergence: Divergence?
    /// What is different now, beside where they part; sentences.
    let notes: [String]
    /// The texts are those that the trace was made from.
    let isUnchanged: Bool
    let checksOn: [FailureKind]
    let checksOff: [FailureKind]

    init(_ trace: SavedTrace, modelPath: String, console: Console) throws {
        let loaded = try LoadedModel(path: modelPath, console: console)
        var (configuration, notes) = Self.configuration(trace, loaded)
        let model = try loaded.lower(configuration, console: console)
        let changed = trace.changedFiles(model.texts)
        if !changed.isEmpty { notes.append("\(changed.joined(separator: ", ")) changed since the trace was written.") }
        // No limit matters here, only what is looked for.
        var request = try SearchRequest(Arguments([], syntax: CheckCommand.syntax), command: CheckCommand.syntax.name)
        request.asErrors = Set(trace.checksOn)
        request.checksOff = Set(trace.checksOff)
        // A race is looked for only where the trace shows one: it would end the walk, as any error does. What the trace
        // shows is looked for in any case.
        var checks = Engine.checks(model, request)
        if !trace.shows(.dataRace) { checks.remove(.dataRace) }
        for kind in [FailureKind.dataRace, .leak, .lockOrder] where trace.shows(kind) { checks.insert(kind) }
        var walk = try Self.start(trace.initial, model, checks)
        var (divergence, note) = walk.follow(trace.moves)
        var second: Walk?
        if divergence == nil, !trace.secondMoves.isEmpty {
            var other = try Self.start(trace.secondInitial, model, checks)
            let followed = other.follow(trace.secondMoves)
            note = note ?? followed.note.map { "in the second run, \($0)" }
            divergence = followed.divergence.map {
                Divergence(step: $0.step, message: $0.message, isInSecondRun: true)
            }
            second = other
        }
        if let note { notes.append("Values differ: \(note).") }
        self.trace = trace
        self.modelName = loaded.name
        self.model = model
        self.walk = walk
        self.second = second
        self.judge = Judge(model: model, checks: checks)
        self.divergence = divergence
        self.notes = notes
        isUnchanged = changed.isEmpty
        checksOn = request.asErrors.sorted()
        checksOff = request.checksOff.sorted()
    }

    /// The values of the CONFIGs that there still are, and a note on each other.
    private static func configuration(_ trace: SavedTrace, _ loaded: LoadedModel) -> ([String: Int64], [String]) {
        var configuration: [String: Int64] = [:]
        var notes: [String] = []
        for (name, text) in trace.configuration {
            if let value = loaded.source.value(text, ofConfig: name) {
                configuration[name] = value
            } else {
                notes.append("The trace has \(name)=\(text), which the model no longer knows.")
            }
        }
        return (configuration, notes)
    }

    private static func start(_ initial: Int, _ model: Model, _ checks: Set<FailureKind>) throws -> Walk {
        do {
            return try Walk(model: model, checks: checks, initial: initial)
        } catch .failsAtStart(let failure) {
            throw Files.Failure(
                message: "the model fails before the first step: \(failure.kind.word); 'lockwalk check' shows it")
        } catch .noSuchInitialState(let count) {
            throw Files.Failure(
                message: "the trace begins in initial state \(initial + 1), but the model has \(count) of them")
        }
    }

    var title: String {
        let values = model.configuration.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
        return values.isEmpty ? modelName : "\(modelName) (\(values))"
    }

    /// What the end comes to: as the trace has it, or not.
    var outcome: String {
        if let divergence {
            let run = divergence.isInSecondRun ? " of its second run" : ""
            return "The model parts from the trace at step \(divergence.step)\(run): \(divergence.message)."
        }
        switch (finding?.verdictText, trace.verdict) {
        case (let found?, let wanted?) where found == wanted: return "The run ends as the trace says: \(found)."
        case (let found?, let wanted):
            return "The run ends in \(found); the trace says \(wanted ?? "that nothing is wrong")."
        // Of a circle of more links the trace has two runs, which do not show it by themselves.
        case (nil, let wanted?) where trace.shows(.lockOrder):
            return "The runs can be executed; the whole circle of \(wanted) 'lockwalk check' tells."
        case (nil, let wanted?) where wanted.hasPrefix(FailureKind.unreached.word):
            return "The trace says \(wanted), which no run can show: 'lockwalk check' tells it."
        case (nil, let wanted?): return "Nothing is wrong at the end of the run; the trace says \(wanted)."
        case (nil, nil): return "The run can be executed; nothing is wrong at its end."
        }
    }

    /// What is wrong at the end of the run, or shown by both runs.
    private var finding: Finding? {
        guard divergence == nil else { return nil }
        var walk = walk
        if trace.shows(.lockOrder), let inversion = judge.inversion(walk, second) { return inversion }
        return judge.finding(&walk, wanted: trace.verdict)
    }

    var example: Counterexample {
        var walk = walk
        guard let finding else { return Counterexample(walk: &walk) }
        var example = Counterexample(finding: finding, run: walk, second: second)
        // What the search has proven is proven of the model as it was.
        example.isShortest = trace.isShortest && isUnchanged
        for index in example.companion.indices { example.companion[index].isShortest = example.isShortest }
        return example
    }

    /// The same with all its states in words.
    func exampleWithStates() -> Counterexample {
        var example = example
        example.states = walk.snapshots()
        if let second, !example.companion.isEmpty { example.companion[0].states = second.snapshots() }
        return example
    }

    var exitCode: ExitCode {
        if divergence != nil { return .incomplete }
        return example.isOpen ? .holds : .violated
    }

    func text(colors: TextColors) -> String {
        var text = TextWrapping.hanging("replay of \(title)", width: 80) + "\n"
        if !walk.records.isEmpty || (divergence == nil && !trace.moves.isEmpty) {
            text += TextRendering(example, colors: colors).text() + "\n"
        }
        for note in notes + [outcome] { text += TextWrapping.hanging(note, width: 80) }
        return text
    }

    func document() -> JSONValue {
        Self.document(example, name: modelName, model: model, checksOn: checksOn, checksOff: checksOff)
    }

    /// A run by itself, as `replay` reads it.
    static func document(
        _ example: Counterexample, name: String, model: Model, checksOn: [FailureKind], checksOff: [FailureKind]
    ) -> JSONValue {
        .object(
            CheckDocument.head(name: name, model: model, checksOn: checksOn, checksOff: checksOff)
                + [.init("finding", example.findingJSON())])
    }
}
