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
            self.companion = [CounterexampleBuilder(finding: other, run: sibling).build()]
        }
        tellLockOrder(finding)
    }

    /// What the two runs of an inversion come to stands with the first.
    private mutating func tellLockOrder(_ finding: Finding) {
        guard finding.kind == .lockOrder, !companion.isEmpty else { return }
        idleThreads = idleThreads.filter(companion[0].idleThreads.contains)
        companion[0].idleThreads = []
        // Of a longer circle two runs are shown, and all its links told.
        if finding.names.count > 2 { explanation.append(finding.message + ".") }
        explanation.append(
            "The other run closes the circle. Lockdep reports that whether or not the threads can meet like this.")
    }
}

extension Counterexample {
    /// Tells a run in which nothing is wrong.
    init(open run: Run, initial: Int, moves: [Move]) {
        let none = Finding(kind: .violated, names: [], initial: initial, moves: moves, message: "")
        self = CounterexampleBuilder(finding: none, run: run).build()
        verdict = ""
        lastStepFails = false
        source = nil
        explanation = []
    }
}

extension Finding {
    /// As EXPECT would name it: `USE_AFTER_FREE(ptpages)`.
    public var verdictText: String {
        // What the compiler made up on the way is no name that anybody knows.
        guard let name = names.first, !name.isEmpty, !name.contains(": temporary ") else { return kind.word }
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
        let failsInStep =
            finding.stuck.isEmpty && finding.accesses.isEmpty && !run.records.isEmpty
            && finding.kind != .leak
        var example = Counterexample(
            kind: finding.kind, verdict: finding.verdictText, participants: threads.map(participant),
            steps: steps, lastStepFails: failsInStep, failingText: failingText(), pending: pending.all,
            source: source(failsInStep), explanation: lockOrder(held) ?? sentences.all + pending.sentences,
            holdings: held.holdings(of: threads),
            locals: threads.flatMap(VariablesAtEnd(run: run, names: names).of), isShortest: finding.isShortest)
        example.names = finding.names
        example.initial = finding.initial
        if failsInStep { example.failingRemark = sentences.remark }
        // What the step that fails would have come to is of no interest.
        if failsInStep, run.records.last?.failure != nil, example.failingText == nil {
            example.steps[example.steps.count - 1].result = nil
        }
        example.idleThreads = idleThreads()
        return example
    }

    /// Of an inversion the two locks of this run; why one run alone is one (two locks of a class) the search has said.
    private func lockOrder(_ held: HeldLocks) -> [String]? {
        guard finding.kind == .lockOrder,
            let taking = LockOrderSentences(run: run, names: names, held: held).taking
        else { return nil }
        let isAlone = finding.message.contains("same class")
        return isAlone ? [taking, finding.message + "."] : [taking]
    }

    /// Callbacks that nobody queued and IPIs that nobody sent are not missed.
    private func idleThreads() -> [String] {
        model.threads.indices.filter { thread in
            let kind = model.classes[model.threads[thread].threadClass].kind
            return !threads.contains(thread) && !kind.isStarted && kind != .hardware
        }.map { model.threads[$0].name }
    }

    private func participant(_ number: Int) -> Counterexample.Participant {
        let thread = model.threads[number]
        var title: String?
        switch model.classes[thread.threadClass].kind {
        case .callback: return Counterexample.Participant(thread: number, name: thread.name, cpu: nil)
        case .hardware:
            return Counterexample.Participant(thread: number, name: thread.name, cpu: nil, title: thread.name)
        case .interrupt: title = "interrupt \(thread.name) on CPU \(thread.cpu)"
        case .call: title = CPURemarks.title(of: thread)
        case .thread, .daemon: break
        }
        return Counterexample.Participant(thread: number, name: thread.name, cpu: thread.cpu, title: title)
    }

    private func step(
        _ record: StepRecord, number: Int, holdings: [Counterexample.Holding]
    ) -> Counterexample.Step {
        let thread = Int(record.move.thread)
        let step = run.step(record)
        let result = StepResult(run: run, names: names)
        return Counterexample.Step(
            number: number, thread: thread, choice: Int(record.move.choice), function: step.function,
            depth: step.callSites.count, place: names.line(of: step.range), text: StepText.shortened(step.text),
            result: result.text(record, step), reads: result.accesses(record), effects: effects(record, step, number),
            ghosts: ghosts(record), holdings: holdings)
    }

    private func ghosts(_ record: StepRecord) -> [Counterexample.Access] {
        record.events.compactMap { _, event in
            guard case .wrote(let cell, _, let new) = event, model.cells[cell].isGhost else { return nil }
            return Counterexample.Access(
                place: names.place(cell), value: names.value(new, ofCell: cell, in: run.view(record.after)))
        }
    }

    private func effects(_ record: StepRecord, _ step: Step, _ number: Int) -> [Counterexample.Effect] {
        let cpus = CPURemarks(run: run)
        var effects = cpus.before(number)
        let after = run.view(record.after)
        let thread = Int(record.move.thread)
        for (_, event) in record.events {
            switch event {
            case .wrote(let cell, let old, let new):
                switch model.cells[cell].role {
                case .data: break
                case .translation where old != new: break
                default: continue
                }
                if model.cells[cell].isGhost { continue }
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
        } else {
            effects += cpus.after(record)
        }
        if run.waitsForGracePeriod(run.code(of: thread), record.step) { effects.append(.gracePeriodEnded) }
        return effects
    }

    // MARK: The end

    /// The instruction that failed, where it stands in the text.
    private var failingRange: SourceRange? {
        guard let failure = run.records.last?.failure ?? finding.failure, failure.instruction >= 0 else { return nil }
        let instructions = run.code(of: Int(failure.move.thread)).instructions
        let index = Int(failure.instruction)
        guard index < instructions.count, instructions[index].range.file >= 0 else { return nil }
        return instructions[index].range
    }

    /// What a thread ends with is found when control leaves its body, and has that for its place.
    private func isBody(_ range: SourceRange) -> Bool { model.texts.text(of: range).hasPrefix("{") }

    private func failingText() -> String? {
        guard let record = run.records.last, let range = failingRange, !range.lies(in: run.step(record).range) else {
            return nil
        }
        if isBody(range) { return "the thread ends" }
        let text = StepText.folded(range, in: model.texts)
        return text.isEmpty || text == run.step(record).text ? nil : text
    }

    /// Where the run ends: the failing instruction if one failed, the broken property, else the last step.
    private func source(_ failsInStep: Bool) -> (place: Counterexample.Place, text: String)? {
        if finding.kind == .leak || finding.kind == .modelError { return nil }
        var range = failingRange ?? run.records.last.map { run.step($0).range } ?? .none
        if let property = run.property(of: finding) {
            return names.line(of: property.range).map { ($0, textOfProperty(property)) }
        } else if !failsInStep, !run.records.isEmpty {
            return nil
        }
        if isBody(range) { range.start = max(range.start, range.end - 1) }
        guard let place = names.line(of: range), range.file >= 0 else { return nil }
        let whole = model.texts.text(of: range)
        let line = model.texts.files[Int(range.file)].line(place.line)
        // A statement of several lines, or several in one line: it alone.
        return (place, whole.contains("\n") || line.count > 120 ? StepText.folded(range, in: model.texts) : line)
    }
}

extension CounterexampleBuilder {
    /// `INVARIANT(one_owner) { return owners <= 1; }`, its first line alone if it is long. The range is that of its
    /// name.
    private func textOfProperty(_ property: Property) -> String {
        guard let place = names.line(of: property.range) else { return "" }
        let file = model.texts.files[Int(property.range.file)]
        var end = Int(property.range.end)
        var depth = 0
        while end < file.bytes.count, end - Int(property.range.end) < 300 {
            if file.bytes[end] == UInt8(ascii: "{") { depth += 1 }
            if file.bytes[end] == UInt8(ascii: "}") { depth -= 1 }
            end += 1
            if depth == 0, file.bytes[end - 1] == UInt8(ascii: "}") { break }
        }
        let start = file.lineStarts[place.line - 1]
        let whole = StepText.folded(
            SourceRange(file: property.range.file, start: start, end: Int32(end)), in: model.texts)
        return depth == 0 && whole.hasSuffix("}") ? whole : file.line(place.line)
    }
}

extension Run {
    /// The property that a finding without a failing step is about.
    func property(of finding: Finding) -> Property? {
        guard finding.kind == .violated || finding.kind == .unreached else { return nil }
        return model.properties.first { finding.names.contains($0.name) }
    }
}

extension StepRecord {
    var acquiresSomething: Bool {
        events.contains { if case .acquired = $0.event { true } else { false } }
    }
}

extension Run {
    /// Whether a step has to wait for a grace period: one of its instructions awaits the readers of a domain.
    func waitsForGracePeriod(_ code: Code, _ step: Int) -> Bool {
        guard let start = code.start(ofStep: step) else { return false }
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
