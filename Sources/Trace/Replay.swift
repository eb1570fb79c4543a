import Execution
import Program
import Search

/// Executes findings again, step by step, before anybody is shown them: what the search did fast, the interpreter does
/// once more with everything written down. A finding that does not come out the same is a fault of the checker, and is
/// reported as that instead.
public struct Replay {
    private let model: Model
    private let layout: StateLayout
    private let interpreter: Interpreter
    private let ranges: InferredRanges
    private let checks: Set<FailureKind>
    private let keepsStates: Bool
    private let reducesRuns: Bool

    /// `ranges` and `checks` are those of the search. With `keepsStates` the counterexamples have all their states in
    /// words, which takes a while for large models. Runs that are not proven to be shortest are cut down to what
    /// matters unless `reducesRuns` is false.
    public init(
        model: Model, ranges: InferredRanges, checks: Set<FailureKind>, keepsStates: Bool = false,
        reducesRuns: Bool = true
    ) {
        self.model = model
        self.ranges = ranges
        self.checks = checks
        self.keepsStates = keepsStates
        self.reducesRuns = reducesRuns
        layout = StateLayout(
            model: model, liveness: model.liveness(), ranges: ranges,
            tracksStalePointers: checks.contains(.stalePointer))
        interpreter = Interpreter(
            model: model, layout: layout, options: ExecutionOptions(checks: checks, recordAccesses: true))
    }

    public func counterexample(_ finding: Finding) throws -> Counterexample {
        var run = try run(finding, initial: finding.initial, moves: finding.moves)
        try confirm(finding, run)
        var finding = finding
        let found = finding.moves.count
        // A shortest run has no step that could be left out.
        if reducesRuns, !finding.isShortest, finding.second.isEmpty {
            finding.moves = reduced(finding)
            run = try self.run(finding, initial: finding.initial, moves: finding.moves)
            try confirm(finding, run)
        }
        let sibling =
            finding.second.isEmpty
            ? nil : try self.run(finding, initial: finding.secondInitial, moves: finding.second)
        var example = Counterexample(finding: finding, run: run, sibling: sibling)
        example.stepsLeftOut = found - finding.moves.count
        if keepsStates {
            example.states = states(finding.initial, finding.moves)
            if !finding.second.isEmpty {
                example.companion[0].states = states(finding.secondInitial, finding.second)
            }
        }
        return example
    }

    private func reduced(_ finding: Finding) -> [Move] {
        // Races are not what an error ends in.
        let judge = Judge(model: model, checks: finding.kind == .dataRace ? checks : checks.subtracting([.dataRace]))
        return RunReduction(judge: judge, initial: finding.initial, kind: finding.kind).reduced(
            finding.moves, Stepper(WalkMachine(model: model, checks: checks, ranges: ranges)))
    }

    /// The state before the first step and after each, in words; none where the run does not begin.
    private func states(_ initial: Int, _ moves: [Move]) -> [StateSnapshot] {
        guard var walk = try? Walk(model: model, checks: checks, ranges: ranges, initial: initial) else {
            return []
        }
        for move in moves { guard walk.take(move) else { return [] } }
        return walk.snapshots()
    }

    // MARK: The steps

    private func run(_ finding: Finding, initial: Int, moves: [Move]) throws -> Run {
        let (states, failures) = interpreter.initialStates()
        if moves.isEmpty, let failure = finding.failure {
            guard failures.contains(failure) else { throw contradiction(finding, "INIT does not fail") }
            let initial = states.first ?? [UInt64](repeating: 0, count: layout.wordCount)
            return Run(model: model, layout: layout, initial: initial, records: [])
        }
        guard states.indices.contains(initial) else {
            throw contradiction(finding, "there is no initial state \(initial)")
        }
        var records: [StepRecord] = []
        var state = states[initial]
        for (index, move) in moves.enumerated() {
            guard let record = interpreter.record(state, move: move) else {
                throw contradiction(finding, "step \(index + 1) cannot be taken")
            }
            if record.failure != nil, index + 1 < moves.count {
                throw contradiction(finding, "step \(index + 1) fails already")
            }
            records.append(record)
            state = record.after
        }
        return Run(
            model: model, layout: layout, initial: states[initial], records: records,
            holders: records.last?.failure == nil ? holders(state) : [])
    }

    /// By thread, whom it waits for.
    private func holders(_ state: [UInt64]) -> [UInt64] {
        var expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        state.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &expansion) }
        return model.threads.indices.map { expansion.status[$0] == .waitsForHolders ? expansion.holders[$0] : 0 }
    }

    // MARK: The end

    /// The run has to end the way the finding says.
    private func confirm(_ finding: Finding, _ run: Run) throws {
        guard !finding.moves.isEmpty || finding.failure == nil else { return }
        let failure = run.records.last?.failure
        guard failure?.kind == finding.failure?.kind, failure?.instruction == finding.failure?.instruction else {
            let end = failure.map { "in \($0.kind.word)" } ?? "without a failure"
            throw contradiction(finding, "the run ends \(end)")
        }
        if failure != nil { return }
        try confirmStuck(finding, run)
        if finding.kind == .violated { try confirmProperty(finding, run) }
    }

    private func confirmStuck(_ finding: Finding, _ run: Run) throws {
        guard !finding.stuck.isEmpty else { return }
        var expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        run.last.words.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &expansion) }
        for thread in finding.stuck {
            let status = expansion.status[thread]
            guard status == .waitsForCondition || status == .waitsForHolders else {
                throw contradiction(finding, "\(model.threads[thread].name) does not wait")
            }
        }
    }

    private func confirmProperty(_ finding: Finding, _ run: Run) throws {
        let judged = model.properties.indices.filter { index in
            let kind = model.properties[index].kind
            return (kind == .invariant || kind == .finally) && finding.names.contains(model.properties[index].name)
        }
        let words = run.last.words
        let isBroken = judged.contains { index in
            !words.withUnsafeBufferPointer { interpreter.evaluate(property: index, $0.baseAddress!) }
        }
        guard isBroken else { throw contradiction(finding, "the property holds") }
    }

    private func contradiction(_ finding: Finding, _ what: String) -> InternalError {
        InternalError("\(finding.verdictText) was found, but executed again \(what)")
    }
}
