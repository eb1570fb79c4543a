// Which steps of a run matter for what goes wrong at its end: a backward slice along the run (Korel and Laski, "Dynamic
// Program Slicing", Information Processing Letters 29, 1988), for the picture alone. The run itself stays whole: it is
// executed, saved and stepped through with all its steps.
//
// From the end backwards a step is kept if
//   - it is the last one (not of a run that has simply ended), or its thread comes to a branch in it and has a step that is kept later on;
//   - it is a branch of a thread that might have written what the broken condition read, and nobody has;
//   - it gives a value to a variable that a kept step of its thread uses, or writes a place that a kept step reads;
//   - it allocates or frees what the end or a kept step is about, or queues a callback that may;
//   - it wakes up, or might have, who sleeps for ever at the end: a wake-up that came too early is the fault itself;
//   - it takes or leaves a lock or a section, or waits, and its thread has a step that is kept later on;
//   - it writes a place that a kept step of another thread reads, before it or after, and its thread has a step that is
//     kept later on: what is cleared behind a reader's back is what races are about.
// What is left are loads and stores that nothing comes of. Nothing is concluded from their absence: whatever is not
// known to be without effect is kept.

import Execution
import Program
import Search

struct RelevantSteps {
    private let finding: Finding
    private let run: Run
    private let names: Names
    private var cells: Set<CellID> = []
    /// By thread: what later steps use.
    private var registers: [Int: Set<Register>] = [:]
    private var goesOn: Set<Int> = []
    /// Steps that are kept for what other threads read.
    private var kept: Set<Int> = []
    private let steps: StepInstructions

    private init(_ finding: Finding, _ run: Run, _ names: Names, _ kept: Set<Int>, _ steps: StepInstructions) {
        self.finding = finding
        self.run = run
        self.names = names
        self.kept = kept
        self.steps = steps
    }

    /// What is not settled after so many rounds is shown whole.
    private static let roundsMax = 32

    private var model: Model { run.model }

    /// By step of the run, from 0.
    static func matters(_ finding: Finding, _ run: Run, _ names: Names) -> [Bool] {
        // What leaks is told by the whole run; so is a fault of the model.
        let all = run.records.map { _ in true }
        if finding.kind == .leak || finding.kind == .modelError { return all }
        if let property = run.property(of: finding), looksBeyondCells(property.code) { return all }
        var kept: Set<Int> = []
        // By thread: its last step that matters by itself.
        var last: [Int32: Int] = [:]
        let steps = StepInstructions(run)
        for _ in 0..<roundsMax {
            var slice = RelevantSteps(finding, run, names, kept, steps)
            let result = slice.matters()
            if last.isEmpty {
                for (index, record) in run.records.enumerated() where result[index] { last[record.move.thread] = index }
            }
            let more = slice.racing(result).filter { $0 < last[run.records[$0].move.thread, default: 0] }
            if more.isSubset(of: kept) { return result.contains(true) ? result : all }
            kept.formUnion(more)
        }
        return all
    }

    /// The steps that write what a step of another thread reads that is kept.
    private func racing(_ matters: [Bool]) -> Set<Int> {
        var readers: [CellID: Set<Int32>] = [:]
        for (record, isKept) in zip(run.records, matters) where isKept {
            for case (_, .read(let cell, _)) in record.events { readers[cell, default: []].insert(record.move.thread) }
        }
        return Set(
            run.records.indices.filter { index in
                run.records[index].events.contains { _, event in
                    guard case .wrote(let cell, _, _) = event else { return false }
                    return readers[cell]?.contains { $0 != run.records[index].move.thread } == true
                }
            })
    }

    private mutating func matters() -> [Bool] {
        begin()
        var result = [Bool](repeating: true, count: run.records.count)
        for index in run.records.indices.reversed() {
            let isLast = index == run.records.count - 1 && !hasEnded
            result[index] = isLast || kept.contains(index) || isNeeded(run.records[index])
            if result[index] { need(run.records[index]) }
        }
        return result
    }

    /// A FINALLY is judged when all have ended, whoever was the last.
    private var hasEnded: Bool { run.property(of: finding)?.kind == .finally }

    /// What the end looks at: the steps that nobody takes any more, and the property that is broken.
    private mutating func begin() {
        for thread in finding.stuck + finding.accesses.map({ Int($0.thread) }) {
            goesOn.insert(thread)
            guard let next = run.last.nextStep(of: thread) else { continue }
            use(thread, next)
            let waiting = Waiting(run: run, names: names, held: HeldLocks(model: model, initial: run.view(run.initial)))
            let awaited = waiting.cellsRead(by: thread)
            cells.formUnion(awaited)
            missHelpers(of: thread, awaited)
        }
        var judged: [CellID] = []
        if finding.kind == .assertion, let record = run.records.last {
            for case (_, .read(let cell, _)) in record.events { judged.append(cell) }
        }
        for access in finding.accesses { cells.insert(CellID(access.cell)) }
        if let property = run.property(of: finding) {
            judged += CellReads(code: property.code, state: run.last).cells(from: 0)
        }
        cells.formUnion(judged)
        missWriters(of: judged)
    }

    /// What was never written is as it began because those who might have written it went another way.
    private mutating func missWriters(of judged: [CellID]) {
        let missing = Set(judged).filter { cell in
            guard case .data = model.cells[cell].role else { return false }
            return !run.records.contains { record in
                record.events.contains { if case .wrote(cell, _, _) = $0.event { true } else { false } }
            }
        }
        if missing.isEmpty { return }
        let access = AccessSets(model: model)
        for thread in model.threads.indices where run.records.contains(where: { Int($0.move.thread) == thread }) {
            let mayWrite = access.steps[thread].contains { step in
                missing.contains(where: step.writes.contains)
            }
            if mayWrite { goesOn.insert(thread) }
        }
    }

    /// Nobody wrote what a stuck thread waits for, and has not come to it: those who might have went another way.
    private mutating func missHelpers(of thread: Int, _ awaited: [CellID]) {
        let missing = awaited.filter { cell in
            !run.records.contains { record in
                Int(record.move.thread) != thread
                    && record.events.contains { if case .wrote(cell, _, _) = $0.event { true } else { false } }
            }
        }
        if missing.isEmpty { return }
        let access = AccessSets(model: model)
        for other in model.threads.indices
        where other != thread && run.records.contains(where: { Int($0.move.thread) == other }) {
            if access.steps[other].contains(where: { step in missing.contains(where: step.writes.contains) }) {
                goesOn.insert(other)
            }
        }
    }

    /// `live()`, `ended()` and `at()` judge by more than what is read.
    private static func looksBeyondCells(_ code: Code) -> Bool {
        code.instructions.contains { instruction in
            switch instruction.operation {
            case .live, .ended, .atLabel: true
            default: false
            }
        }
    }

    private func isNeeded(_ record: StepRecord) -> Bool {
        let thread = Int(record.move.thread)
        if !finding.stuck.isEmpty {
            let wakeUps = WakeUps(run: run)
            if finding.stuck.contains(where: { wakeUps.isFor($0, record) }) { return true }
        }
        for (_, event) in record.events {
            switch event {
            case .allocated(let slot), .freed(let slot), .gone(let slot): if concerns(slot) { return true }
            case .startedCallback: if isOfLifetime { return true }
            case .wrote(let cell, _, _): if cells.contains(cell) { return true }
            default: continue
            }
        }
        guard goesOn.contains(thread) else { return false }
        switch run.step(record).kind {
        case .load, .store, .readModifyWrite, .atomic, .choice, .skip, .allocate, .free: break
        default: return true
        }
        let used = registers[thread] ?? []
        return steps.instructions(thread, record.step).contains { instruction in
            if case .branch(_, let yes, let no) = instruction.operation, yes != no { return true }
            if case .await = instruction.operation { return true }
            guard !used.isEmpty else { return false }
            let use = RegisterUse(instruction.operation)
            return use.writes.contains(where: used.contains) || use.writesArray.map(used.contains) == true
        }
    }

    /// Whether the end is about the life of objects, or kept steps look at this one.
    private func concerns(_ slot: Int) -> Bool {
        let slot = model.slots[slot]
        return isOfLifetime || cells.contains(slot.liveCell)
            || cells.contains { $0 >= slot.firstCell && $0 < slot.firstCell + slot.cellCount }
    }

    private var isOfLifetime: Bool {
        switch finding.kind {
        case .violated, .deadlock, .dataRace, .lockOrder: false
        default: true
        }
    }

    private mutating func need(_ record: StepRecord) {
        let thread = Int(record.move.thread)
        goesOn.insert(thread)
        for case (_, .read(let cell, _)) in record.events { cells.insert(cell) }
        use(thread, record.step)
    }

    private mutating func use(_ thread: Int, _ step: Int) {
        let code = run.code(of: thread)
        for instruction in steps.instructions(thread, step) {
            let use = RegisterUse(instruction.operation)
            registers[thread, default: []].formUnion(use.reads)
            if let first = use.readsArray { registers[thread]!.formUnion(code.arrayMembers(of: first)) }
        }
    }
}

/// By thread and step: the instructions that may run in it.
private final class StepInstructions {
    private let run: Run
    private var known: [Int: [Int: [Instruction]]] = [:]

    init(_ run: Run) { self.run = run }

    func instructions(_ thread: Int, _ step: Int) -> [Instruction] {
        let key = run.model.threads[thread].threadClass
        if let found = known[key]?[step] { return found }
        let code = run.code(of: thread)
        let found = code.instructions(ofStep: step).map { code.instructions[$0] }
        known[key, default: [:]][step] = found
        return found
    }
}

extension Code {
    /// Those that may run in a step.
    func instructions(ofStep step: Int) -> [Int] {
        guard let start = start(ofStep: step) else { return [] }
        var found: Set<Int> = []
        var work = successors(of: start)
        while let index = work.popLast() {
            guard instructions.indices.contains(index), !found.contains(index) else { continue }
            if case .step = instructions[index].operation { continue }
            found.insert(index)
            work += successors(of: index)
        }
        return found.sorted()
    }
}
