import Execution
import Program
import Search
import Syntax

extension Counterexample {
    /// Tells a finding by its run.
    public init(finding: Finding, run: Run, sibling: Run? = nil) {
        let builder = CounterexampleBuilder(finding: finding, run: run)
        self = builder.build()
        if let sibling {
            var other = finding
            other.second = []
            var companion = CounterexampleBuilder(finding: other, run: sibling).build()
            companion.explanation = []
            self.companion = [companion]
        }
    }
}

extension Finding {
    /// As EXPECT would name it: `USE_AFTER_FREE(ptpages)`.
    public var verdictText: String {
        guard let name = names.first, !name.isEmpty else { return kind.word }
        return "\(kind.word)(\(name))"
    }
}

private struct CounterexampleBuilder {
    let finding: Finding
    let run: Run
    let names: Names
    let threads: [Int]

    init(finding: Finding, run: Run) {
        self.finding = finding
        self.run = run
        names = Names(model: run.model)
        threads = run.participants(and: finding.stuck + finding.accesses.map { Int($0.thread) })
    }

    var model: Model { run.model }

    func build() -> Counterexample {
        var held = HeldLocks(model: model, initial: run.view(run.initial))
        var steps: [Counterexample.Step] = []
        for (index, record) in run.records.enumerated() {
            held.update(to: run.view(record.after), stepNumber: index + 1)
            steps.append(step(record, number: index + 1, holdings: held.holdings(of: threads)))
        }
        let pending = PendingSteps(finding: finding, run: run, names: names, held: held)
        let sentences = FailureSentences(finding: finding, run: run, names: names, held: held)
        let failsInStep = finding.stuck.isEmpty && finding.accesses.isEmpty && !run.records.isEmpty
        return Counterexample(
            kind: finding.kind, verdict: finding.verdictText, participants: threads.map(participant),
            steps: steps, lastStepFails: failsInStep, pending: pending.all, source: source(failsInStep),
            explanation: sentences.all + pending.sentences, holdings: held.holdings(of: threads), locals: locals(),
            isShortest: finding.isShortest)
    }

    private func participant(_ number: Int) -> Counterexample.Participant {
        let thread = model.threads[number]
        let isCallback: Bool
        if case .callback = model.classes[thread.threadClass].kind { isCallback = true } else { isCallback = false }
        return Counterexample.Participant(thread: number, name: thread.name, cpu: isCallback ? nil : thread.cpu)
    }

    private func step(
        _ record: StepRecord, number: Int, holdings: [Counterexample.Holding]
    ) -> Counterexample.Step {
        let thread = Int(record.move.thread)
        let step = run.step(record)
        return Counterexample.Step(
            number: number, thread: thread, function: step.function, depth: step.callSites.count,
            place: names.line(of: step.range), text: step.text, result: result(record, step),
            effects: effects(record, step), holdings: holdings)
    }

    private func result(_ record: StepRecord, _ step: Step) -> String? {
        let after = run.view(record.after)
        if let value = record.result, let register = step.result {
            if step.kind == .trylock || step.text.hasPrefix("maybe(") { return value == 0 ? "false" : "true" }
            let storage = run.code(of: Int(record.move.thread)).registers[register].storage
            return names.value(value, storage: storage, in: after)
        }
        for case (_, .chose(let value)) in record.events { return "\(value)" }
        return nil
    }

    private func effects(_ record: StepRecord, _ step: Step) -> [Counterexample.Effect] {
        var effects: [Counterexample.Effect] = []
        let after = run.view(record.after)
        for (_, event) in record.events {
            switch event {
            case .wrote(let cell, _, let new):
                guard case .data = model.cells[cell].role, !model.cells[cell].isGhost else { continue }
                let value = names.value(new, ofCell: cell, in: after)
                effects.append(.wrote(place: names.place(cell), value: value))
            case .acquired(let cell, _): effects.append(.acquired(lock: names.place(cell)))
            case .released(let cell): effects.append(.released(lock: names.place(cell)))
            case .allocated(let slot): effects.append(.allocated(object: names.object(slot)))
            case .freed(let slot): effects.append(.freed(object: names.object(slot)))
            case .gone(let slot): effects.append(.gone(object: names.object(slot)))
            case .startedCallback(let thread): effects.append(.queued(callback: model.threads[thread].name))
            case .read, .assigned, .chose: continue
            }
        }
        if step.kind == .lock, record.failure == nil, !record.acquiresSomething, let lock = names.lock(readBy: record) {
            effects.append(.beganToWait(lock: lock.name))
        }
        if run.waitsForGracePeriod(record) { effects.append(.gracePeriodEnded) }
        return effects
    }

    /// Where the run ends: the failing instruction if one failed, else the last step.
    private func source(_ failsInStep: Bool) -> (place: Counterexample.Place, text: String)? {
        guard failsInStep || run.records.isEmpty else { return nil }
        var range = run.records.last.map { run.step($0).range } ?? .none
        if let failure = run.records.last?.failure ?? finding.failure, failure.instruction >= 0 {
            let instructions = run.code(of: Int(failure.move.thread)).instructions
            let index = Int(failure.instruction)
            if index < instructions.count, instructions[index].range != .none { range = instructions[index].range }
        }
        guard let place = names.line(of: range), range.file >= 0 else { return nil }
        return (place, model.texts.files[Int(range.file)].line(place.line))
    }

    /// The variables of the participants at the end; a dead one has no value, and is not given one.
    private func locals() -> [Counterexample.Local] {
        let state = run.last
        var result: [Counterexample.Local] = []
        for thread in threads {
            guard let next = state.nextStep(of: thread), next < run.layout.locals[thread].count else { continue }
            let live = run.layout.locals[thread][next]
            for (register, info) in run.code(of: thread).registers.enumerated() {
                guard let name = info.name, !info.isGhost else { continue }
                let field = live.first { $0.register == register }?.field
                let value = field.map { names.value(state.value(of: $0), storage: info.storage, in: state) }
                let local = Counterexample.Local(thread: thread, name: name, value: value)
                // A function that is inlined twice has its variables twice.
                if !result.contains(local) { result.append(local) }
            }
        }
        return result
    }
}

extension StepRecord {
    var acquiresSomething: Bool {
        events.contains { if case .acquired = $0.event { true } else { false } }
    }
}

extension Run {
    /// Whether the step had to wait for a grace period: one of its instructions awaits the readers of a domain.
    func waitsForGracePeriod(_ record: StepRecord) -> Bool {
        let code = code(of: Int(record.move.thread))
        guard
            let start = code.instructions.firstIndex(where: {
                if case .step(let number) = $0.operation { number == record.step } else { false }
            })
        else { return false }
        for instruction in code.instructions[(start + 1)...] {
            switch instruction.operation {
            case .await(_, .grace): return true
            case .step, .end: return false
            default: continue
            }
        }
        return false
    }
}
