import Execution
import Program
import Search

extension FailureSentences {
    /// What stands under the carets: a word on why this step fails. The sentences below the picture have the rest.
    var remark: String? {
        guard let failure = run.records.last?.failure, failure.move.thread >= 0 else { return nil }
        let thread = Int(failure.move.thread)
        switch failure.kind {
        case .useAfterFree, .doubleFree, .stalePointer: return freed(failure)
        case .nullDereference: return "the pointer is NULL"
        case .outOfBounds: return "element \(failure.detail)"
        case .recursiveLock:
            guard let lock = lockAtFault else { return nil }
            return "holds it" + since(held.locks(of: thread).first { $0.name == lock.name }?.since)
        case .badUnlock: return lockAtFault.map(holders(of:))
        case .freeOfLocked: return user(failure)
        case .sleepInAtomic: return context(thread)
        default: return nil
        }
    }

    private var lockAtFault: LockPlace? { run.records.last.flatMap(names.lock(readBy:)) }

    private func since(_ step: Int?) -> String { step.map { " since step \($0)" } ?? "" }

    /// `freed by zap in step 6`, `queued in step 2`
    private func freed(_ failure: StepFailure) -> String? {
        guard let slot = slot(of: failure) else { return nil }
        if let step = stepThatFreed(slot) {
            return "\(names.object(slot)) freed by \(run.name(of: Int(run.records[step - 1].move.thread))) in step \(step)"
        }
        let object = run.model.slots[slot].firstCell
        let callbacks = run.model.classes.flatMap { threadClass in
            zip(threadClass.objects, threadClass.threads).filter { $0.0 == object }.map(\.1)
        }
        let queued = run.lastStep(before: run.records.count) { event in
            if case .startedCallback(let thread) = event { callbacks.contains(thread) } else { false }
        }
        return queued.map { "queued in step \($0)" }
    }

    /// Who holds a lock of the object that is freed, or is queued on it.
    private func user(_ failure: StepFailure) -> String? {
        guard let slot = slot(of: failure) else { return nil }
        for lock in run.model.locks where lock.slot == slot {
            for thread in run.model.threads.indices {
                if let own = held.locks(of: thread).first(where: { $0.name == lock.name }) {
                    return "\(run.name(of: thread)) holds \(lock.name)" + since(own.since)
                }
                if isQueued(thread, on: lock) { return "\(run.name(of: thread)) is queued on \(lock.name)" }
            }
        }
        return nil
    }

    /// What must not be slept in.
    private func context(_ thread: Int) -> String? {
        if let lock = held.locks(of: thread).first { return "holds \(lock.name)" + since(lock.since) }
        guard let section = held.sections(of: thread).first else { return nil }
        return (section.wasEntered ? "inside \(section.name)" : section.name) + since(section.since)
    }
}
