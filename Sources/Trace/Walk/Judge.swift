import Execution
import Program
import Search

/// Says what is wrong where a walk stands, by the rules of the search: a step that failed, a broken INVARIANT, a
/// deadlock, a FINALLY that is false when all have come to rest, and data races where they are looked for.
///
/// Not judged, as one state does not show it or only an end does: lock order, leaks.
public struct Judge {
    public static let notJudged: [FailureKind] = [.lockOrder, .leak]

    private let model: Model
    private let checks: Set<FailureKind>
    private let access: AccessSets
    private let stuck: StuckThreads
    private let properties: [Property.Kind: [Int]]

    public init(model: Model, checks: Set<FailureKind>) {
        self.model = model
        self.checks = checks
        access = AccessSets(model: model)
        stuck = StuckThreads(model: model, access: access)
        properties = Dictionary(grouping: model.properties.indices) { model.properties[$0].kind }
    }

    /// The first thing wrong at the walk's end, with the walk as its run; nil if nothing is.
    public func finding(_ walk: inout Walk) -> Finding? {
        let run = walk.run()
        if let failure = walk.records.last?.failure {
            let told = FailureNames(model: model, access: access, names: walk.names).tell(failure, run)
            return Finding(
                kind: failure.kind, names: told.names, initial: walk.initial, moves: walk.moves, failure: failure,
                message: told.message, isShortest: false)
        }
        return finding(walk.look(), run.last, isFalse: walk.isFalse).map { kind, property, stuck, races in
            Finding(
                kind: kind, names: names(kind, property, races), initial: walk.initial, moves: walk.moves,
                stuck: stuck, accesses: races, message: "", isShortest: false)
        }
    }

    /// The same for a state alone.
    func finding(
        _ moment: Moment, _ state: StateView, isFalse: (Int) -> Bool
    ) -> (kind: FailureKind, property: Int?, stuck: [Int], races: [PendingAccess])? {
        if checks.contains(.violated), let broken = properties[.invariant]?.first(where: isFalse) {
            return (.violated, broken, [], [])
        }
        let waits = moment.status.indices.filter {
            moment.status[$0] == .waitsForCondition || moment.status[$0] == .waitsForHolders
        }
        if waits.contains(where: { stuck.isImportant($0, state) }) {
            let threads = checks.contains(.deadlock) ? stuck.stuck(moment, state) : []
            if !threads.isEmpty { return (.deadlock, nil, threads, []) }
        } else if hasEnded(moment, state), checks.contains(.violated), let broken = properties[.finally]?.first(where: isFalse)
        {
            return (.violated, broken, [], [])
        }
        if checks.contains(.dataRace), let race = race(moment.accesses) { return (.dataRace, nil, [], race) }
        return nil
    }

    /// Nobody goes on any more: FINALLY is judged unless it is a deadlock.
    private func hasEnded(_ moment: Moment, _ state: StateView) -> Bool {
        moment.status.indices.allSatisfy { thread in
            let status = moment.status[thread]
            return (status != .enabled && status != .abandoned) || stuck.isPending(thread, state)
        }
    }

    /// A CONSTRAINT that the state breaks: the run is not to be followed.
    func brokenConstraint(isFalse: (Int) -> Bool) -> Int? { properties[.constraint]?.first(where: isFalse) }

    private func race(_ accesses: [PendingAccess]) -> [PendingAccess]? {
        for (index, a) in accesses.enumerated() {
            for b in accesses[..<index] where a.cell == b.cell && a.thread != b.thread {
                if a.isWrite || b.isWrite, a.isPlain || b.isPlain { return [b, a] }
            }
        }
        return nil
    }

    private func names(_ kind: FailureKind, _ property: Int?, _ races: [PendingAccess]) -> [String] {
        if let property { return [model.properties[property].name] }
        guard let race = races.first else { return [] }
        let cell = model.cells[Int(race.cell)]
        return [cell.name, model.storages[cell.storage].name]
    }
}

/// Under which names an EXPECT may ask for a failure, and a sentence for those that no rendering tells better.
struct FailureNames {
    let model: Model
    let access: AccessSets
    let names: Names

    func tell(_ failure: StepFailure, _ run: Run) -> (names: [String], message: String) {
        let text = run.records.last.map { StepText.shortened(run.step($0).text) } ?? "INIT"
        var found: [String] = []
        var message = ""
        if failure.failure >= 0, Int(failure.failure) < model.failures.count {
            let info = model.failures[Int(failure.failure)]
            if !info.name.isEmpty { found.append(info.name) }
            message = info.message
        }
        switch failure.kind {
        case .useAfterFree, .staleTLB, .stalePointer, .doubleFree, .freeOfLocked:
            if let slot = slot(of: failure) {
                let pool = model.pools[model.slots[slot].pool]
                found += [pool.name, pool.typeName]
            }
        case .nullDereference where message.isEmpty: message = "\(text) follows a NULL pointer"
        case .outOfBounds where message.isEmpty: message = "\(text) takes element \(failure.detail), which is not there"
        case .overflow where message.isEmpty:
            let name = overflowName(failure, run)
            found += [name].compactMap { $0 }
            message = "\(text): \(failure.detail) does not fit into \(name ?? "its place")"
        case .badUnlock, .recursiveLock:
            if let lock = run.records.last.flatMap(names.lock(readBy:)) { found += lockNames(lock) }
        case .lockHeldAtExit, .assertion:
            if failure.failure < 0, let lock = names.lock(at: CellID(clamping: failure.detail)) {
                found += lockNames(lock)
            }
        default: break
        }
        return (found, message)
    }

    private func lockNames(_ lock: LockPlace) -> [String] { [lock.name, model.lockClasses[lock.lockClass]] }

    private func slot(of failure: StepFailure) -> Int? {
        let cell = CellID(clamping: failure.detail)
        guard cell > 0, cell < model.cells.count else { return nil }
        if model.cells[cell].slot >= 0 { return model.cells[cell].slot }
        return model.slots.firstIndex { $0.liveCell == cell || $0.quarantineCell == cell }
    }

    /// The variable that the value was about to overflow: the one stored to, or a local.
    private func overflowName(_ failure: StepFailure, _ run: Run) -> String? {
        func name(_ storage: Int) -> String? {
            guard case .fixed(let low, let high, .some(let name)) = model.storages[storage].kind else { return nil }
            return failure.detail < low || failure.detail > high ? name : nil
        }
        let thread = Int(failure.move.thread)
        let code = run.code(of: thread)
        let index = Int(failure.instruction)
        if code.instructions.indices.contains(index),
            case .store(let address, _, _) = code.instructions[index].operation
        {
            guard access.pointsTo.indices.contains(thread) else { return nil }
            return access.pointsTo[thread].cells(address).members.lazy.compactMap { name(model.cells[$0].storage) }
                .first
        }
        return code.registers.lazy.compactMap { name($0.storage) }.first
    }
}
