import Execution
import Program

/// Follows a run and tells after each step which locks each thread holds, and since when. The state alone knows the
/// owners; the run knows the order.
struct HeldLocks {
    private let model: Model
    private var held: [[Held]]

    private struct Held {
        var lock: Int
        var isShared: Bool
        var since: Int?
    }

    init(model: Model, initial: StateView) {
        self.model = model
        held = Array(repeating: [], count: model.threads.count)
        update(to: initial, stepNumber: nil)
    }

    /// Brings the lists to what the state says.
    mutating func update(to state: StateView, stepNumber: Int?) {
        for thread in model.threads.indices {
            var now: [Held] = []
            for (index, lock) in model.locks.enumerated() {
                if lock.ownerCell > 0, state.value(of: lock.ownerCell) == Int64(thread) + 1 {
                    now.append(Held(lock: index, isShared: false, since: stepNumber))
                } else if thread < lock.readerCells.count, lock.readerCells[thread] > 0,
                    state.value(of: lock.readerCells[thread]) > 0
                {
                    now.append(Held(lock: index, isShared: true, since: stepNumber))
                }
            }
            let before = held[thread]
            held[thread] =
                before.filter { old in now.contains { $0.lock == old.lock && $0.isShared == old.isShared } }
                + now.filter { new in !before.contains { $0.lock == new.lock && $0.isShared == new.isShared } }
        }
    }

    func locks(of thread: Int) -> [Counterexample.HeldLock] {
        guard held.indices.contains(thread) else { return [] }
        return held[thread].map {
            Counterexample.HeldLock(name: model.locks[$0.lock].name, isShared: $0.isShared, since: $0.since)
        }
    }

    func holdings(of threads: [Int]) -> [Counterexample.Holding] {
        threads.map { Counterexample.Holding(thread: $0, locks: locks(of: $0)) }
    }
}
