import Execution
import Program

/// What the steps of a run do to CPUs that are shared or interrupted: who is switched to, interrupted, put to sleep.
struct CPURemarks {
    let run: Run

    private var model: Model { run.model }

    private func isHandler(_ thread: Int) -> Bool {
        switch model.classes[model.threads[thread].threadClass].kind {
        case .interrupt, .call: true
        default: false
        }
    }

    /// The CPU of a thread, if it has cells.
    private func cpu(of thread: Int) -> ModelCPU? {
        model.cpus.first { $0.threads.contains(thread) || $0.handlers.contains(thread) }
    }

    /// The thread that took a step on the CPU before step `number` (from 1), if it has not ended.
    private func lastThread(on cpu: ModelCPU, before number: Int) -> Int? {
        let last = run.records[..<(number - 1)].last { cpu.threads.contains(Int($0.move.thread)) }
        guard let thread = last.map({ Int($0.move.thread) }) else { return nil }
        return run.state(before: number - 1).nextStep(of: thread) == nil ? nil : thread
    }

    /// What begins with the step: a switch from another thread, or an interrupt.
    func before(_ number: Int) -> [Counterexample.Effect] {
        let record = run.records[number - 1]
        let thread = Int(record.move.thread)
        guard !model.cpus.isEmpty, let cpu = cpu(of: thread), let last = lastThread(on: cpu, before: number) else {
            return []
        }
        let name = model.threads[last].name
        if isHandler(thread) { return record.step == 0 ? [.interrupted(thread: name)] : [] }
        return last == thread ? [] : [.switched(from: name)]
    }

    /// The step left the thread where it was: all that it did was to begin to wait.
    func after(_ record: StepRecord) -> [Counterexample.Effect] {
        let thread = Int(record.move.thread)
        guard !model.cpus.isEmpty, let cell = cpu(of: thread)?.keeperCell, cell != 0, record.failure == nil,
            run.view(record.after).nextStep(of: thread) == record.step
        else { return [] }
        for case (_, .wrote(cell, _, let keeper)) in record.events.reversed() {
            return keeper == 0 ? [.fellAsleep] : [.beganToSpin]
        }
        return []
    }

    /// `IPI flush() on CPU 1`, whose name has the CPU only where there are several.
    static func title(of call: ModelThread) -> String {
        "IPI \(call.name)" + (call.name.contains(" on CPU ") ? "" : " on CPU \(call.cpu)")
    }

    /// `The interrupt timer on CPU 0 spins`, `walker waits`.
    func subject(_ thread: Int) -> String {
        let info = model.threads[thread]
        switch model.classes[info.threadClass].kind {
        case .interrupt: return "The interrupt \(info.name) on CPU \(info.cpu) spins"
        case .call: return "The \(Self.title(of: info)) \(run.last.nextStep(of: thread) == 0 ? "waits" : "spins")"
        default: return "\(info.name) waits"
        }
    }

    /// `, which it interrupts`, where a handler waits for a thread that it runs on top of.
    func interrupted(_ holders: [Int], by thread: Int) -> String {
        guard isHandler(thread), run.last.nextStep(of: thread) != 0, let cpu = cpu(of: thread),
            holders.contains(where: cpu.threads.contains)
        else { return "" }
        return ", and which it interrupts"
    }

    /// Why a thread does not get its CPU, as its next step's last read tells: `CPU 0, which walker keeps`.
    func reason(_ thread: Int, read cells: [CellID]) -> String? {
        guard let cell = cells.last, cell != 0,
            let cpu = model.cpus.first(where: { $0.keeperCell == cell || $0.interruptCell == cell })
        else { return nil }
        let holder = Int(run.last.value(of: cell)) - 1
        guard model.threads.indices.contains(holder) else { return nil }
        let name = model.threads[holder].name
        if isHandler(holder) {
            return isHandler(thread)
                ? "\(name), the interrupt that CPU \(cpu.number) is in" : "\(name), which interrupts CPU \(cpu.number)"
        }
        if isHandler(thread) { return "\(name), which has interrupts off on CPU \(cpu.number)" }
        return "\(name), which keeps CPU \(cpu.number)"
    }
}
