import Execution
import Program

/// Who woke whom, and why a task that sleeps was missed.
struct WakeUps {
    let run: Run

    private var model: Model { run.model }

    /// The threads that a wake-up has woken; nil for any other step.
    func woken(by record: StepRecord) -> [Int]? {
        guard isWakeUp(record) else { return nil }
        return model.threads.indices.filter { thread in
            let cell = model.threads[thread].taskStateCell
            return cell > 0
                && record.events.contains {
                    if case .wrote(cell, let old, let new) = $0.event { old != 0 && new == 0 } else { false }
                }
        }
    }

    private func isWakeUp(_ record: StepRecord) -> Bool {
        record.move.thread >= 0 && run.step(record).text.hasPrefix("wake_up")
    }

    /// The last wake-up that could have been for a thread which sleeps, and why it was not; nil for one that waits for
    /// something else.
    func sentence(_ thread: Int) -> String? {
        let info = model.threads[thread]
        guard info.taskStateCell > 0, run.last.value(of: info.taskStateCell) != 0 else { return nil }
        let ending = "no wake-up can come any more"
        guard let asleep = lastStep(where: { isGoingToSleep($0, thread) }) else { return nil }
        guard let wake = lastStep(where: { isFor(thread, $0) }) else {
            return "It is asleep since step \(asleep): it was never woken, and \(ending)."
        }
        let isQueued = info.waitQueueCell > 0 && run.last.value(of: info.waitQueueCell) != 0
        let asleepSince = "it \(isQueued ? "was queued" : "set its state") in step \(asleep)"
        let when = wake < asleep ? "before \(asleepSince)" : "and was not for it"
        let record = run.records[wake - 1]
        let caller = run.name(of: Int(record.move.thread))
        return "The last wake-up came in step \(wake) (\(caller): \(run.step(record).text)), \(when), and \(ending)."
    }

    private func lastStep(where holds: (StepRecord) -> Bool) -> Int? {
        run.records.lastIndex(where: holds).map { $0 + 1 }
    }

    private func isGoingToSleep(_ record: StepRecord, _ thread: Int) -> Bool {
        Int(record.move.thread) == thread
            && record.events.contains {
                if case .wrote(model.threads[thread].taskStateCell, _, let new) = $0.event { new != 0 } else { false }
            }
    }

    /// Whether a wake-up looked at the thread: by the queue that it may be in, or by its name.
    func isFor(_ thread: Int, _ record: StepRecord) -> Bool {
        let info = model.threads[thread]
        return isWakeUp(record) && Int(record.move.thread) != thread
            && record.events.contains {
                switch $0.event {
                case .read(let cell, _): cell == info.waitQueueCell && cell > 0
                case .wrote(let cell, _, _): cell == info.taskStateCell
                default: false
                }
            }
    }
}
