import Execution
import Program
import Search
import Syntax

/// The sentences below a trace: what went wrong, and the earlier step that made it so.
///
/// What the search said in one sentence stands first unless the run lets us say it better.
struct FailureSentences {
    let finding: Finding
    let run: Run
    let names: Names
    let held: HeldLocks

    private var model: Model { run.model }

    var all: [String] {
        // What a deadlock or a race is, the threads in it tell themselves.
        if !finding.stuck.isEmpty || !finding.accesses.isEmpty { return [] }
        // A fault of the model is told as a compiler would, above the trace.
        if finding.kind == .modelError { return [] }
        let own = kindSentences
        if !own.isEmpty { return own }
        let message = finding.message.replacing(#/ into [^ ]+: temporary \d+/#, with: "")
        return message.isEmpty ? [] : [sentence(message)]
    }

    /// The last step that freed the slot.
    func stepThatFreed(_ slot: Int) -> Int? {
        run.lastStep(before: run.records.count) {
            if case .freed(let number) = $0 { number == slot } else { false }
        }
    }

    private var kindSentences: [String] {
        guard let failure = run.records.last?.failure ?? finding.failure else { return propertySentences }
        guard failure.move.thread >= 0 else { return [] }
        let thread = run.name(of: Int(failure.move.thread))
        switch failure.kind {
        case .useAfterFree, .stalePointer, .staleTLB: return useAfterFree(failure, thread)
        case .doubleFree: return doubleFree(failure, thread)
        case .freeOfLocked: return freeOfLocked(failure)
        case .recursiveLock: return recursiveLock(failure, thread)
        case .lockHeldAtExit: return lockHeldAtExit(thread: Int(failure.move.thread))
        case .unbalanced: return unbalanced(failure)
        case .sleepInAtomic: return sleepInAtomic(failure, thread)
        case .badUnlock: return badUnlock(failure, thread)
        case .refcount: return refcount(failure)
        case .assertion: return assertion(failure)
        default: return []
        }
    }

    // MARK: Objects

    func slot(of failure: StepFailure) -> Int? {
        let cell = CellID(failure.detail)
        guard cell > 0, cell < model.cells.count else { return nil }
        if model.cells[cell].slot >= 0 { return model.cells[cell].slot }
        return model.slots.firstIndex { $0.liveCell == cell }
    }

    /// `reads`, `writes`, `locks`.
    private func verb(_ failure: StepFailure) -> String {
        let instructions = run.code(of: Int(failure.move.thread)).instructions
        guard failure.instruction >= 0, Int(failure.instruction) < instructions.count else { return "follows" }
        switch instructions[Int(failure.instruction)].operation {
        case .checkPlace(_, .read, _), .load: return "reads"
        case .checkPlace(_, .write, _), .store: return "writes"
        case .checkPlace(_, .lock, _): return lockVerb
        case .free: return "frees"
        default: return "follows"
        }
    }

    private var lockVerb: String {
        switch run.records.last.map({ run.step($0).kind }) {
        case .unlock, .leaveSection: "releases"
        case .lock, .trylock, .beginWait, .endWait: "takes"
        default: "uses"
        }
    }

    private func useAfterFree(_ failure: StepFailure, _ thread: String) -> [String] {
        guard let slot = slot(of: failure) else { return [] }
        let object = names.object(slot)
        let tag = model.pools[model.slots[slot].pool].typeName
        var sentences = [
            "\(thread) \(verb(failure)) \(names.place(CellID(failure.detail))), but \(object) (struct \(tag)) "
                + (failure.kind == .stalePointer ? "is of an earlier life." : "is free.")
        ]
        if failure.kind == .staleTLB { sentences += whoFilled(slot) }
        sentences += whoFreed(slot)
        let allocated = run.lastStep(before: run.records.count) {
            if case .allocated(slot) = $0 { true } else { false }
        }
        if failure.kind == .stalePointer, let allocated {
            sentences.append("It was handed out again in \(run.describe(stepNumber: allocated)).")
        }
        return sentences
    }

    /// Since when a TLB has had a translation that leads into the object.
    private func whoFilled(_ slot: Int) -> [String] {
        let cells = model.slots[slot].firstCell..<model.slots[slot].firstCell + model.slots[slot].cellCount
        let filled = run.lastStep(before: run.records.count) {
            guard case .wrote(let cell, _, let new) = $0, case .translation = model.cells[cell].role,
                case .pointer = model.storages[model.cells[cell].storage].kind
            else { return false }
            return cells.contains(CellID(clamping: new))
        }
        guard let filled else { return ["The translation was in the TLB from the beginning."] }
        return ["The translation came into the TLB in \(run.describe(stepNumber: filled))."]
    }

    /// The count, and who brought it there.
    private func refcount(_ failure: StepFailure) -> [String] {
        let message = text(of: failure)
        guard let record = run.records.last, !message.isEmpty else { return [] }
        var sentences = [sentence(message)]
        for case (_, .read(let cell, let value)) in record.events.reversed() {
            guard case .data = model.cells[cell].role else { continue }
            let writer = run.lastStep(before: run.records.count) {
                if case .wrote(cell, _, _) = $0 { true } else { false }
            }
            sentences.append(
                "\(names.place(cell)) is \(value)" + (writer.map { " since \(run.describe(stepNumber: $0))" } ?? "")
                    + ".")
            break
        }
        return sentences
    }

    /// Who freed it in this run, and for a typesafe object when its grace period ended.
    private func whoFreed(_ slot: Int) -> [String] {
        let object = names.object(slot)
        guard let freed = stepThatFreed(slot) else {
            let wasFree = run.view(run.initial).value(of: model.slots[slot].liveCell) == 0
            return wasFree ? ["\(object) was never allocated in this run."] : []
        }
        var sentences = ["\(object) was freed in \(run.describe(stepNumber: freed))."]
        if let queued = whoQueued(run.records[freed - 1].move.thread, before: freed) { sentences.append(queued) }
        let gone = run.lastStep(before: run.records.count) {
            if case .gone(let number) = $0 { number == slot } else { false }
        }
        if let gone, gone > freed {
            sentences.append("The last reader who could still follow it left in \(run.describe(stepNumber: gone)).")
        }
        return sentences
    }

    /// Of an object that a callback freed: who had asked for that.
    private func whoQueued(_ callback: Int32, before end: Int) -> String? {
        let queued = run.lastStep(before: end) {
            if case .startedCallback(let thread) = $0 { thread == Int(callback) } else { false }
        }
        return queued.map { "\(run.name(of: Int(callback))) was queued in \(run.describe(stepNumber: $0))." }
    }

    private func doubleFree(_ failure: StepFailure, _ thread: String) -> [String] {
        guard let slot = slot(of: failure) else { return [] }
        let instruction = run.code(of: Int(failure.move.thread)).instructions[Int(failure.instruction)]
        if case .startCallback(let number, _, _) = instruction.operation, model.classes.indices.contains(number) {
            let object = model.slots[slot].firstCell
            let callbacks = zip(model.classes[number].objects, model.classes[number].threads).filter { $0.0 == object }
            return ["\(thread) queues a callback for \(names.object(slot)) that is queued already."]
                + callbacks.compactMap { whoQueued(Int32($0.1), before: run.records.count) }
        }
        return ["\(thread) frees \(names.object(slot)), which is free already."] + whoFreed(slot)
    }

    private func freeOfLocked(_ failure: StepFailure) -> [String] {
        guard let slot = slot(of: failure) else { return [] }
        let before = run.state(before: max(0, run.records.count - 1))
        var sentences: [String] = []
        for lock in model.locks where lock.slot == slot {
            sentences += holderSentences(lock, in: before, of: names.object(slot))
        }
        return sentences
    }

    private func holderSentences(_ lock: LockPlace, in state: StateView, of object: String) -> [String] {
        var sentences: [String] = []
        let owner = Int(state.value(of: lock.ownerCell))
        if owner > 0, owner <= model.threads.count {
            sentences.append(
                "\(object) is freed while \(model.threads[owner - 1].name) holds \(lock.name)"
                    + since(lock.name, thread: owner - 1) + ".")
        }
        for (thread, cell) in lock.readerCells.enumerated() where cell > 0 && state.value(of: cell) > 0 {
            sentences.append(
                "\(object) is freed while \(model.threads[thread].name) holds \(lock.name) for reading"
                    + since(lock.name, thread: thread) + ".")
        }
        if sentences.isEmpty, lock.waiterCells.contains(where: { $0 > 0 && state.value(of: $0) > 0 }) {
            let queued = model.threads.indices.filter { isQueued($0, on: lock) }.map { model.threads[$0].name }
            let who = queued.isEmpty ? "a thread" : queued.joined(separator: ", ")
            sentences.append(
                "\(object) is freed while \(who) \(queued.count > 1 ? "are" : "is") queued on \(lock.name).")
        }
        return sentences
    }

    /// Whether the last that a thread did was to begin to wait for the lock.
    func isQueued(_ thread: Int, on lock: LockPlace) -> Bool {
        guard let next = run.last.nextStep(of: thread), run.code(of: thread).steps[next].kind == .endWait,
            let record = run.records.last(where: { Int($0.move.thread) == thread })
        else { return false }
        return names.lock(readBy: record)?.firstCell == lock.firstCell
    }

    // MARK: Locks

    private func since(_ lock: String, thread: Int) -> String {
        guard let step = held.locks(of: thread).first(where: { $0.name == lock })?.since else { return "" }
        return ", taken in \(run.describe(stepNumber: step))"
    }

    private func recursiveLock(_ failure: StepFailure, _ thread: String) -> [String] {
        guard let lock = run.records.last.flatMap(names.lock(readBy:)) else { return [] }
        return [
            "\(thread) takes \(lock.name), which it holds already"
                + since(lock.name, thread: Int(failure.move.thread)) + "."
        ]
    }

    private func lockHeldAtExit(thread: Int) -> [String] {
        held.locks(of: thread).map {
            "\(model.threads[thread].name) ends while it holds \($0.name)" + since($0.name, thread: thread) + "."
        }
    }

    private func sleepInAtomic(_ failure: StepFailure, _ thread: String) -> [String] {
        let message = text(of: failure)
        let locks = held.locks(of: Int(failure.move.thread))
        guard !message.isEmpty || !locks.isEmpty else { return [] }
        var sentences = [sentence(message.isEmpty ? "\(thread) may sleep here, in atomic context" : message)]
        for lock in locks {
            sentences.append("It holds \(lock.name)\(since(lock.name, thread: Int(failure.move.thread))).")
        }
        return sentences + sections(of: Int(failure.move.thread))
    }

    /// Where the sections begin that a thread is in.
    private func sections(of thread: Int) -> [String] {
        held.sections(of: thread).compactMap { section in
            section.since.map {
                "It has \(section.wasEntered ? "been inside" : "had") \(section.name) since step \($0)."
            }
        }
    }

    private func unbalanced(_ failure: StepFailure) -> [String] {
        let message = text(of: failure)
        return message.isEmpty ? [] : [sentence(message)] + sections(of: Int(failure.move.thread))
    }

    private func badUnlock(_ failure: StepFailure, _ thread: String) -> [String] {
        guard let lock = run.records.last.flatMap(names.lock(readBy:)) else { return [] }
        let own = Int(failure.move.thread)
        return ["\(thread) releases \(lock.name), but \(holders(of: lock))."]
            + held.locks(of: own).map { "It holds \($0.name)\(since($0.name, thread: own))." }
    }

    func holders(of lock: LockPlace) -> String {
        let owner = Int(run.last.value(of: lock.ownerCell))
        var who = owner > 0 && owner <= model.threads.count ? [model.threads[owner - 1].name] : []
        for (reader, cell) in lock.readerCells.enumerated() where cell > 0 && run.last.value(of: cell) > 0 {
            who.append("\(model.threads[reader].name) (for reading)")
        }
        return who.isEmpty ? "nobody holds it" : "it is held by \(who.joined(separator: ", "))"
    }

    // MARK: Properties

    private func text(of failure: StepFailure) -> String {
        guard failure.failure >= 0, Int(failure.failure) < model.failures.count else { return finding.message }
        return model.failures[Int(failure.failure)].message
    }

    /// The condition itself stands in the line above.
    private func assertion(_ failure: StepFailure) -> [String] {
        guard failure.failure >= 0, Int(failure.failure) < model.failures.count else { return lockNotHeld(failure) }
        let condition = ConditionValues(run: run, names: names)
        let values = condition.ofFailure(failure)
        let isBug = ["BUG_ON", "WARN_ON", "WARN_ON_ONCE"].contains(model.failures[Int(failure.failure)].name)
        return ["The condition is \(isBug)" + list(values)] + condition.originsOfFailure(failure)
    }

    /// lockdep_assert_held()
    private func lockNotHeld(_ failure: StepFailure) -> [String] {
        guard let lock = names.lock(at: CellID(clamping: failure.detail)) else { return [] }
        return ["\(run.name(of: Int(failure.move.thread))) should hold \(lock.name), but \(holders(of: lock))."]
    }

    /// An INVARIANT or FINALLY that the last state breaks: no instruction failed.
    private var propertySentences: [String] {
        guard finding.kind == .violated, let property = run.property(of: finding) else { return [] }
        let when =
            switch (property.kind, run.records.count) {
            case (.finally, _): "when all threads have ended"
            case (_, 0): "in the initial state"
            case (_, let last): "after step \(last)"
            }
        let condition = ConditionValues(run: run, names: names)
        return ["It is false \(when)" + list(condition.of(property))] + condition.origins(of: property)
    }

    private func list(_ values: [String]) -> String {
        values.isEmpty ? "." : ": \(values.joined(separator: ", "))."
    }

    /// Not capitalised: it often begins with a name of the model.
    private func sentence(_ text: String) -> String { text.hasSuffix(".") ? text : text + "." }
}
