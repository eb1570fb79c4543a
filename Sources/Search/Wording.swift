import Execution
import Program
import Syntax

/// Says in a sentence what a finding is, in the words of a kernel developer, and under which names EXPECT may ask for it.
struct Wording {
    typealias Told = (names: [String], message: String)

    let model: Model
    let access: AccessSets
    let view: StateView

    /// `holders` is by thread: whom it waits for.
    func tell(_ candidate: Candidate, state: UnsafePointer<UInt64>, holders: [UInt64]) -> Told {
        if let failure = candidate.failure {
            let thread = Int(failure.move.thread)
            let step = Int(view.value(model.threads[thread].programPointCell, state)) - 1
            return tell(failure, code: code(thread), text: code(thread).steps[step].text, thread: thread)
        }
        switch candidate.kind {
        case .deadlock:
            return ([], deadlock(candidate.stuck, holders, state))
        case .leak:
            let slot = model.slots[candidate.slot]
            return (
                poolNames(slot.pool),
                "\(slotName(slot)) is still allocated at the end, and no pointer leads to it"
            )
        default:
            let property = model.properties[candidate.property]
            return ([property.name], "\(property.kind.rawValue) \(property.name) is false")
        }
    }

    /// A failure of INIT or of what a thread does before its first step.
    func tellStart(_ failure: StepFailure) -> Told {
        let thread = Int(failure.move.thread)
        if thread < 0 { return tell(failure, code: model.initialization, text: "INIT", thread: model.threads.count) }
        return tell(failure, code: code(thread), text: model.threads[thread].name, thread: thread)
    }

    private func code(_ thread: Int) -> Code { model.classes[model.threads[thread].threadClass].code }

    // MARK: Failures of steps

    private func tell(_ failure: StepFailure, code: Code, text: String, thread: Int) -> Told {
        if failure.failure >= 0 {
            let info = model.failures[Int(failure.failure)]
            let names = info.name.isEmpty ? [] : [info.name]
            if info.message.isEmpty { return (names, "\(text): \(info.kind.word)") }
            return (names, info.message)
        }
        let cell = CellID(clamping: failure.detail)
        let isCell = model.cells.indices.contains(cell) && cell != 0
        let slot = isCell ? slotOf(cell) : nil
        let operation = code.instructions[Int(failure.instruction)].operation
        switch failure.kind {
        case .useAfterFree, .staleTLB, .stalePointer:
            guard let slot else { return ([], "\(text) follows a pointer to nothing") }
            let ending = failure.kind == .stalePointer ? "which was freed since the pointer was read" : "which is free"
            return (poolNames(slot.pool), "\(text) \(verb(operation)) \(fieldOfObject(cell, slot)), \(ending)")
        case .doubleFree:
            guard let slot else { return ([], "\(text) frees what is no object") }
            if case .startCallback = operation {
                return (poolNames(slot.pool), "\(text) queues a callback of \(slotName(slot)) that is already queued")
            }
            return (poolNames(slot.pool), "\(text) frees \(slotName(slot)), which is free already")
        case .freeOfLocked:
            guard let slot else { return ([], "\(text) frees an object while its lock is held") }
            return (
                poolNames(slot.pool) + lockNames(cell),
                "\(text) frees \(slotName(slot)) while a lock in it is held or waited for"
            )
        case .nullDereference:
            return ([], "\(text) follows a NULL pointer")
        case .outOfBounds:
            return ([], "\(text) takes element \(failure.detail), which is not there")
        case .overflow:
            let name = overflowName(operation, failure.detail, code, thread)
            return (name.map { [$0] } ?? [], "\(text): \(failure.detail) does not fit into \(name ?? "its place")")
        case .lockHeldAtExit:
            return (lockNames(cell), "the thread ends with \(lockName(cell)) held")
        case .assertion:
            return (lockNames(cell), "\(text): \(lockName(cell)) is not held")
        case .modelError:
            return ([], modelError(failure.detail, text))
        default:
            return (isCell ? lockNames(cell) : [], "\(text): \(failure.kind.word)")
        }
    }

    private func modelError(_ detail: Int64, _ text: String) -> String {
        switch ModelFault(rawValue: detail) {
        case .endlessStep: "\(text) never comes to its end: a cycle without a step"
        case .initialWait: "\(text) waits before the threads have started"
        case .emptyChoice: "\(text) has nothing to choose from"
        case .tooManyChoices: "\(text) makes too many choices in one step"
        case nil: "\(text): an error of the model"
        }
    }

    private func verb(_ operation: Operation) -> String {
        guard case .checkPlace(_, let use, _) = operation else { return "uses" }
        return switch use {
        case .read: "reads"
        case .write: "writes"
        case .lock: "uses the lock"
        }
    }

    /// The variable that a value was about to overflow: the one stored to, or a local that is kept from step to step.
    private func overflowName(_ operation: Operation, _ value: Int64, _ code: Code, _ thread: Int) -> String? {
        func name(_ storage: Int) -> String? {
            guard case .fixed(let low, let high, .some(let name)) = model.storages[storage].kind else { return nil }
            return value < low || value > high ? name : nil
        }
        if case .store(let address, _, _) = operation {
            guard access.pointsTo.indices.contains(thread) else { return nil }
            return access.pointsTo[thread].cells(address).members.lazy.compactMap { name(model.cells[$0].storage) }.first
        }
        return code.registers.lazy.compactMap { name($0.storage) }.first
    }

    /// The lock that a step was looking at when it failed, by what it had read.
    func lockAtFault(_ record: StepRecord?) -> LockPlace? {
        for (_, event) in (record?.events ?? []).reversed() {
            guard case .read(let cell, _) = event else { continue }
            if let lock = model.locks.first(where: {
                $0.firstCell == cell || $0.ownerCell == cell || $0.readerCells.contains(cell)
                    || $0.waiterCells.contains(cell)
            }) {
                return lock
            }
        }
        return nil
    }

    /// A failure that is about a lock carries its name and its class's.
    func addLock(_ told: inout Told, _ kind: FailureKind, _ record: StepRecord?) {
        guard kind == .badUnlock || kind == .recursiveLock, let lock = lockAtFault(record) else { return }
        let own = [lock.name, model.lockClasses[lock.lockClass]]
        told.names = own + told.names.filter { !own.contains($0) }
    }

    // MARK: Names

    private func slotOf(_ cell: CellID) -> Slot? {
        if model.cells[cell].slot >= 0 { return model.slots[model.cells[cell].slot] }
        return model.slots.first { $0.liveCell == cell || $0.quarantineCell == cell }
    }

    /// The OBJECTS name and the struct's tag.
    private func poolNames(_ pool: Int) -> [String] { [model.pools[pool].name, model.pools[pool].typeName] }

    func slotName(_ slot: Slot) -> String { "\(model.pools[slot.pool].name)[\(slot.index)]" }

    /// `ptl of ptpages[0]`.
    private func fieldOfObject(_ cell: CellID, _ slot: Slot) -> String {
        let whole = lock(at: cell)?.name ?? model.cells[cell].name
        let prefix = slotName(slot) + "."
        return whole.hasPrefix(prefix) ? "\(whole.dropFirst(prefix.count)) of \(slotName(slot))" : whole
    }

    private func lock(at cell: CellID) -> LockPlace? {
        model.locks.first { $0.firstCell == cell || $0.ownerCell == cell }
    }

    private func lockName(_ cell: CellID) -> String {
        lock(at: cell)?.name ?? (model.cells.indices.contains(cell) ? model.cells[cell].name : "the lock")
    }

    private func lockNames(_ cell: CellID) -> [String] {
        guard let lock = lock(at: cell) else { return [] }
        return [lock.name, model.lockClasses[lock.lockClass]]
    }

    // MARK: Deadlock

    private func deadlock(_ stuck: UInt64, _ holders: [UInt64], _ state: UnsafePointer<UInt64>) -> String {
        let threads = model.threads.indices.filter { stuck >> UInt64($0) & 1 != 0 }
        return threads.map { thread in
            let name = model.threads[thread].name
            let step = Int(view.value(model.threads[thread].programPointCell, state)) - 1
            let text = step >= 0 ? code(thread).steps[step].text : "its callback"
            let others = model.threads.indices.filter { holders[thread] >> UInt64($0) & 1 != 0 }
            if others.isEmpty { return "\(name) waits in \(text), and nobody is left who could end that" }
            let who = others.map { $0 == thread ? "it itself" : model.threads[$0].name }
            guard let lock = awaitedLock(thread, step, holders[thread], state) else {
                return "\(name) waits in \(text) for \(list(who))"
            }
            return "\(name) waits for \(lock.name), which \(list(who)) \(others.count == 1 ? "holds" : "hold")"
        }.joined(separator: "; ")
    }

    private func list(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }

    /// The lock that a step waits for, if that can be told: the one lock that the step may take which the holders hold.
    private func awaitedLock(
        _ thread: Int, _ step: Int, _ holders: UInt64, _ state: UnsafePointer<UInt64>
    ) -> LockPlace? {
        guard step >= 0 else { return nil }
        let code = code(thread)
        switch code.steps[step].kind {
        case .lock, .endWait, .beginWait: break
        default: return nil
        }
        let steps = access.steps[thread][step]
        let fitting = model.locks.filter { lock in
            guard steps.reads.contains(lock.ownerCell) else { return false }
            return model.threads.indices.contains { holder in
                guard holders >> UInt64(holder) & 1 != 0 else { return false }
                if lock.ownerCell != 0, view.value(lock.ownerCell, state) == Int64(holder + 1) { return true }
                let reader = holder < lock.readerCells.count ? lock.readerCells[holder] : 0
                return reader != 0 && view.value(reader, state) != 0
            }
        }
        return fitting.count == 1 ? fitting[0] : nil
    }

    // MARK: Warnings

    func tell(_ cycle: [LockEdge], nodes: [LockNode]) -> Told {
        func className(_ edge: Int) -> String { model.lockClasses[nodes[edge].lockClass] }
        func taken(_ edge: LockEdge) -> String {
            let thread = Int(edge.move.thread)
            return "\(model.threads[thread].name) takes \(model.locks[edge.takenLock].name) in "
                + "\(code(thread).steps[edge.step].text) with \(model.locks[edge.heldLock].name) held"
        }
        var names: [String] = []
        for edge in cycle where !names.contains(className(edge.from)) { names.append(className(edge.from)) }
        if cycle.count == 1 {
            return (names, taken(cycle[0]) + ", a lock of the same class, and no _nested form says that this is meant")
        }
        return (names, cycle.map(taken).joined(separator: "; "))
    }

    func tell(_ race: RaceFound) -> Told {
        let cell = model.cells[Int(race.first.cell)]
        func half(_ access: PendingAccess) -> String {
            "\(model.threads[Int(access.thread)].name) \(access.isWrite ? "writes" : "reads") it"
                + (access.isPlain ? " plainly" : "")
        }
        return (
            [cell.name, model.storages[cell.storage].name],
            "two accesses to \(cell.name) at once: \(half(race.first)), \(half(race.second))"
        )
    }
}
