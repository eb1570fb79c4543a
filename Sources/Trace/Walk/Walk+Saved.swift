import Execution
import Program

/// Where a trace and its model part.
public struct Divergence: Sendable {
    /// The step of the trace, from 1.
    public var step: Int
    /// A sentence: what the trace has there, and what the model does.
    public var message: String
    /// Of a trace that has two.
    public var isInSecondRun: Bool

    public init(step: Int, message: String, isInSecondRun: Bool = false) {
        self.step = step
        self.message = message
        self.isInSecondRun = isInSecondRun
    }
}

extension Walk {
    /// Takes the steps of a trace while the model does the same: the same thread at the same statement, able to go on.
    /// Different values alone are no reason to stop; the first is told in `note`.
    public mutating func follow(_ moves: [SavedTrace.Move]) -> (divergence: Divergence?, note: String?) {
        var note: String?
        for (index, saved) in moves.enumerated() {
            let number = index + 1
            if let message = takeStep(saved, isLast: number == moves.count) {
                return (Divergence(step: number, message: message), note)
            }
            guard note == nil, let result = result(of: records.count - 1), let before = saved.result, result != before
            else { continue }
            note = "step \(number), \(saved.text), gives \(result); the trace has \(before)"
        }
        return (nil, note)
    }

    /// What the text of a step evaluated to.
    private func result(of index: Int) -> String? {
        guard records.indices.contains(index), records[index].failure == nil else { return nil }
        let run = Run(model: model, layout: currentLayout, initial: [], records: records)
        return StepResult(run: run, names: names).text(records[index], run.step(records[index]))
    }

    /// Nil if the step was taken, else why not.
    private mutating func takeStep(_ saved: SavedTrace.Move, isLast: Bool) -> String? {
        guard let thread = model.threads.firstIndex(where: { $0.name == saved.thread }) else {
            return "the model has no thread \(saved.thread)"
        }
        let moment = look()
        let state = run(moment).last
        let code = model.classes[model.threads[thread].threadClass].code
        guard let next = state.nextStep(of: thread), next < code.steps.count else {
            return "\(saved.thread) has ended, or was not queued; the trace has it at \(saved.text)"
        }
        let text = StepText.shortened(code.steps[next].text)
        if !saved.text.isEmpty, text != saved.text {
            let place = names.line(of: code.steps[next].range).map { " (\($0.text))" } ?? ""
            return "\(saved.thread) is at \(text)\(place); the trace has \(saved.text)"
        }
        let moves = moment.moves(of: thread)
        if moves.isEmpty {
            let run = run(moment)
            let reason = Waiting(run: run, names: names, held: HeldLocks(along: run)).reason(thread)
            return "\(saved.thread) must wait: \(reason ?? text)"
        }
        let move = Move(thread: Int32(thread), choice: Int32(clamping: saved.choice))
        guard take(move) else {
            return "\(saved.thread) has \(moves.count == 1 ? "one way" : "\(moves.count) ways") to go on from \(text); "
                + "the trace takes another"
        }
        if let failure = records.last?.failure, !isLast {
            goBack(to: records.count - 1)
            return "\(text) of \(saved.thread) fails here: \(failure.kind.word)"
        }
        return nil
    }

    /// The moves so far, for a file.
    public mutating func saved() -> [SavedTrace.Move] {
        let run = run()
        let results = StepResult(run: run, names: names)
        return records.map { record in
            let step = run.step(record)
            return SavedTrace.Move(
                thread: run.name(of: Int(record.move.thread)), choice: Int(record.move.choice),
                text: StepText.shortened(step.text), line: names.line(of: step.range)?.line,
                result: results.text(record, step))
        }
    }
}
