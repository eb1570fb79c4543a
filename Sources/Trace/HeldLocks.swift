import Execution
import Program

/// Follows a run and tells after each step which locks each thread holds and which sections it is in, and since when.
/// The state alone knows the owners; the run knows the order.
struct HeldLocks {
    private let model: Model
    private let sections: [Section]
    private var held: [[Held]]

    private struct Held {
        enum What: Equatable {
            case lock(Int)
            case reader(Int)
            case section(Int)
        }

        var what: What
        var since: Int?
    }

    init(model: Model, initial: StateView) {
        self.model = model
        sections = Section.all(of: model)
        held = Array(repeating: [], count: model.threads.count)
        update(to: initial, stepNumber: nil)
    }

    /// Brings the lists to what the state says.
    mutating func update(to state: StateView, stepNumber: Int?) {
        var now = [[Held]](repeating: [], count: model.threads.count)
        for (index, lock) in model.locks.enumerated() {
            for thread in model.threads.indices {
                if lock.ownerCell > 0, state.value(of: lock.ownerCell) == Int64(thread) + 1 {
                    now[thread].append(Held(what: .lock(index), since: stepNumber))
                } else if thread < lock.readerCells.count, lock.readerCells[thread] > 0,
                    state.value(of: lock.readerCells[thread]) > 0
                {
                    now[thread].append(Held(what: .reader(index), since: stepNumber))
                }
            }
        }
        for (index, section) in sections.enumerated() where state.value(of: section.cell) > 0 {
            now[section.thread].append(Held(what: .section(index), since: stepNumber))
        }
        for thread in model.threads.indices {
            let before = held[thread]
            held[thread] =
                before.filter { old in now[thread].contains { $0.what == old.what } }
                + now[thread].filter { new in !before.contains { $0.what == new.what } }
        }
    }

    /// Locks and sections, in the order in which they were entered.
    func all(of thread: Int) -> [Counterexample.HeldLock] {
        guard held.indices.contains(thread) else { return [] }
        return held[thread].map { item in
            switch item.what {
            case .lock(let index): .init(name: model.locks[index].name, isShared: false, since: item.since)
            case .reader(let index): .init(name: model.locks[index].name, isShared: true, since: item.since)
            case .section(let index):
                .init(name: sections[index].name, isShared: false, isSection: true, since: item.since)
            }
        }
    }

    func locks(of thread: Int) -> [Counterexample.HeldLock] { all(of: thread).filter { !$0.isSection } }

    func sections(of thread: Int) -> [Counterexample.HeldLock] { all(of: thread).filter { $0.isSection } }

    func holdings(of threads: [Int]) -> [Counterexample.Holding] {
        threads.map { Counterexample.Holding(thread: $0, locks: all(of: $0)) }
    }
}
