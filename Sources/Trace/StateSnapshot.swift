import Program

/// One state of a run in words: the variables, the objects, and where each thread stands.
public struct StateSnapshot: Sendable {
    public struct Variable: Hashable, Sendable {
        public var name: String
        public var value: String
        public var isGhost: Bool
    }

    /// The globals, or one object.
    public struct Group: Sendable {
        public var title: String
        public var variables: [Variable]
    }

    public struct Thread: Sendable {
        public enum Status: String, Sendable {
            case enabled, waits, ended, idle
        }

        public var thread: Int
        public var name: String
        public var status: Status
        /// The step that it takes next, or waits in.
        public var text: String?
        public var function: String
        public var place: Counterexample.Place?
        /// Why it waits: a sentence without its end.
        public var reason: String?
        public var locals: [Variable]
        public var holds: [Counterexample.HeldLock]
    }

    public var groups: [Group]
    public var threads: [Thread]
}

/// Puts a state into words.
struct SnapshotBuilder {
    let run: Run
    let names: Names
    let held: HeldLocks
    let moment: Moment

    private var model: Model { run.model }
    private var state: StateView { run.last }

    func build() -> StateSnapshot {
        var globals = StateSnapshot.Group(title: "globals", variables: [])
        var objects = model.slots.indices.map {
            StateSnapshot.Group(title: names.object($0), variables: [])
        }
        for (slot, info) in model.slots.enumerated() {
            objects[slot].variables.append(.init(name: "", value: life(info), isGhost: false))
        }
        for (cell, info) in model.cells.enumerated().dropFirst() {
            guard let variable = variable(cell, info) else { continue }
            if info.slot < 0 {
                globals.variables.append(variable)
            } else if state.freeSlot(around: cell) == nil || model.pools[model.slots[info.slot].pool].isTypesafe {
                objects[info.slot].variables.append(variable)
            }
        }
        let groups = (globals.variables.isEmpty ? [] : [globals]) + objects
        return StateSnapshot(groups: groups, threads: model.threads.indices.map(thread))
    }

    private func life(_ slot: Slot) -> String {
        if state.value(of: slot.liveCell) != 0 { return "live" }
        let isFollowed = slot.quarantineCell > 0 && state.value(of: slot.quarantineCell) != 0
        return isFollowed ? "free, but readers may follow it" : "free"
    }

    private func variable(_ cell: CellID, _ info: Cell) -> StateSnapshot.Variable? {
        if let lock = names.lock(at: cell) {
            guard lock.firstCell == cell else { return nil }
            return .init(name: shortName(lock.name, info), value: text(of: lock), isGhost: false)
        }
        switch info.role {
        case .data:
            let value = names.value(state.value(of: cell), ofCell: cell, in: state)
            return .init(name: shortName(info.name, info), value: value, isGhost: info.isGhost)
        case .synchronization:
            // Of a counter or a completion the part that its users think of.
            for ending in [" (count)", " (done)"] where info.name.hasSuffix(ending) {
                let name = String(info.name.dropLast(ending.count))
                return .init(name: shortName(name, info), value: "\(state.value(of: cell))", isGhost: false)
            }
            return nil
        default: return nil
        }
    }

    /// `ptl` of `ptpages[0].ptl`: the object stands above it.
    private func shortName(_ name: String, _ info: Cell) -> String {
        guard info.slot >= 0 else { return name }
        let prefix = names.object(info.slot) + "."
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    private func text(of lock: LockPlace) -> String {
        let owner = Int(state.value(of: lock.ownerCell))
        var parts = owner > 0 && owner <= model.threads.count ? ["held by \(model.threads[owner - 1].name)"] : []
        let readers = model.threads.indices.filter { thread in
            thread < lock.readerCells.count && lock.readerCells[thread] > 0
                && state.value(of: lock.readerCells[thread]) > 0
        }
        if !readers.isEmpty {
            parts.append("read by " + readers.map { model.threads[$0].name }.joined(separator: ", "))
        }
        if lock.waiterCells.contains(where: { $0 > 0 && state.value(of: $0) != 0 }) { parts.append("with a queue") }
        return parts.isEmpty ? "not held" : parts.joined(separator: ", ")
    }

    private func thread(_ number: Int) -> StateSnapshot.Thread {
        let waiting = Waiting(run: run, names: names, held: held)
        let step = waiting.nextStep(of: number)
        var status = StateSnapshot.Thread.Status.enabled
        var reason: String?
        switch moment.status[number] {
        case .ended:
            status = .ended
            let kind = model.classes[model.threads[number].threadClass].kind
            if kind.isStarted || kind == .hardware { status = .idle }
        case .waitsForCondition, .waitsForHolders:
            status = .waits
            reason = waiting.reason(number)
        case .enabled, .abandoned: break
        }
        return StateSnapshot.Thread(
            thread: number, name: model.threads[number].name, status: status, text: step.map(waiting.text),
            function: step?.function ?? "", place: step.flatMap { names.line(of: $0.range) }, reason: reason,
            locals: VariablesAtEnd(run: run, names: names).of(number).compactMap { local in
                local.value.map { .init(name: local.name, value: $0, isGhost: false) }
            }, holds: held.all(of: number))
    }
}

extension Walk {
    /// The state in which the walk stands, in words.
    public mutating func snapshot() -> StateSnapshot {
        let moment = look()
        let run = run(moment)
        return SnapshotBuilder(run: run, names: names, held: HeldLocks(along: run), moment: moment).build()
    }
}

extension Walk {
    /// Longer walks are not put into words state by state: nobody reads them, and a page would not open.
    public static let snapshotsMax = 2000

    /// The state before the first step and after each, in words; empty where there are too many.
    public func snapshots() -> [StateSnapshot] {
        guard records.count <= Self.snapshotsMax else { return [] }
        var walk = self
        walk.goBack(to: 0)
        var held = HeldLocks(along: walk.run())
        var states: [StateSnapshot] = []
        for number in 0...records.count {
            if number > 0 {
                guard walk.take(records[number - 1].move) else { break }
                held.update(to: walk.run().last, stepNumber: number)
            }
            let moment = walk.look()
            states.append(SnapshotBuilder(run: walk.run(moment), names: names, held: held, moment: moment).build())
        }
        return states
    }
}

extension HeldLocks {
    /// What is held at the end of a run.
    init(along run: Run) {
        self.init(model: run.model, initial: run.view(run.initial))
        for (index, record) in run.records.enumerated() { update(to: run.view(record.after), stepNumber: index + 1) }
    }
}
