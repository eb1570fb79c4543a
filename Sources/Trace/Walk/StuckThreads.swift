// The threads that wait for ever in one state: the same greatest fixpoint as the search's (see its deadlock check, and
// Knapp, "Deadlock Detection in Distributed Databases", ACM Computing Surveys 19, 1987), over the state of a walk.
// Begin with all that wait; take out who waits for holders that all may still let go, and who waits for a condition
// that a thread outside the set may still make true. What is left nobody can help.
//
// Sound as `MayEnable` leaves out no write that may still happen.

import Execution
import Program

struct StuckThreads {
    private let model: Model
    private let mayEnable: MayEnable

    init(model: Model, access: AccessSets) {
        self.model = model
        mayEnable = MayEnable(model: model, access: access)
    }

    /// Ascending; empty unless somebody else than a daemon is among them.
    func stuck(_ moment: Moment, _ state: StateView) -> [Int] {
        var set = Set(
            moment.status.indices.filter { thread in
                moment.status[thread] == .waitsForCondition || moment.status[thread] == .waitsForHolders
            })
        while let free = set.first(where: { !stays($0, set, moment, state) }) { set.remove(free) }
        return set.contains { isImportant($0, state) } ? set.filter { !isPending($0, state) }.sorted() : []
    }

    /// Daemons that wait among themselves are idle, and an interrupt that cannot come is none.
    func isImportant(_ thread: Int, _ state: StateView) -> Bool {
        model.classes[model.threads[thread].threadClass].kind != .daemon && !isPending(thread, state)
    }

    /// An interrupt that has not come stands at its first step.
    func isPending(_ thread: Int, _ state: StateView) -> Bool {
        model.classes[model.threads[thread].threadClass].kind == .interrupt && state.nextStep(of: thread) == 0
    }

    private func stays(_ thread: Int, _ set: Set<Int>, _ moment: Moment, _ state: StateView) -> Bool {
        let holders = model.threads.indices.filter { moment.holders[thread] >> UInt64($0) & 1 != 0 }
        if moment.status[thread] == .waitsForHolders, !holders.isEmpty {
            // A holder that has ended keeps what it holds.
            return holders.contains { set.contains($0) || moment.status[$0] == .ended }
        }
        let outside = moment.status.indices.filter { !set.contains($0) && moment.status[$0] != .ended }
        let waits = mayEnable.waitNumber[thread]
        guard let step = state.nextStep(of: thread), step < waits.count, waits[step] >= 0 else {
            // Not known what it waits for: anybody may help.
            return outside.isEmpty
        }
        return !outside.contains { other in
            state.nextStep(of: other).map { mayEnable.mayEnable(thread: other, step: $0, wait: Int(waits[step])) }
                ?? false
        }
    }
}
