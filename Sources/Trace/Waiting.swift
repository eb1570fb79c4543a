import Execution
import Program
import Syntax

/// Why a thread cannot go on, in words: which lock it wants and who holds it since when, whom a grace period waits for,
/// which values a condition has.
struct Waiting {
    let run: Run
    let names: Names
    let held: HeldLocks

    private var model: Model { run.model }

    /// The step that the thread will take next.
    func nextStep(of thread: Int) -> Step? {
        let steps = run.code(of: thread).steps
        guard let next = run.last.nextStep(of: thread), next < steps.count else { return nil }
        return steps[next]
    }

    /// Whom it waits for, where that is known.
    func holders(of thread: Int) -> [Int] {
        guard thread < run.holders.count else { return [] }
        return model.threads.indices.filter { run.holders[thread] >> UInt64($0) & 1 != 0 }
    }

    /// The second half of an operation is called after what will not happen, `down_read(&l) gets the lock`: here it is
    /// the call that its thread stands in.
    func text(_ step: Step) -> String {
        let call = step.kind == .endWait ? StepText.folded(step.range, in: model.texts) : ""
        let ending = " gets the lock"
        if call.isEmpty, step.text.hasSuffix(ending) { return String(step.text.dropLast(ending.count)) }
        return call.isEmpty ? StepText.shortened(step.text) : call
    }

    /// `zap, which holds ptpages[0].ptl since step 18 (mm.c:196)`, several joined by `and`; nil where it waits for
    /// nobody in particular.
    func whom(_ thread: Int) -> String? {
        let holders = holders(of: thread)
        guard let step = nextStep(of: thread), !holders.isEmpty else { return nil }
        if !model.cpus.isEmpty, let cpu = CPURemarks(run: run).reason(thread, read: reads(thread).found) { return cpu }
        // synchronize_srcu() inside its own read side stops at its beginning.
        let isGrace = waitsForGracePeriod(thread) || step.text.hasPrefix("synchronize_")
            || step.text.hasPrefix("tlb_flush_ipi(")
        let lock = isGrace ? nil : lock(wantedBy: thread)
        return list(
            holders.map { holder in
                let name = holder == thread ? "itself" : model.threads[holder].name
                return name + (isGrace ? section(holder) : holding(holder, lock, wantedBy: step))
            })
    }

    /// The values that a condition which does not hold has looked at: `busy = true`.
    func values(_ thread: Int) -> [String] {
        var texts: [String] = []
        for cell in reads(thread).found {
            guard case .data = model.cells[cell].role else { continue }
            let text = "\(names.place(cell)) = \(names.value(run.last.value(of: cell), ofCell: cell, in: run.last))"
            if !texts.contains(text) { texts.append(text) }
        }
        return Array(texts.prefix(6))
    }

    /// One sentence without its end: `spin_lock(&pt->ptl) waits for zap, which holds ptpages[0].ptl since step 3`.
    func reason(_ thread: Int) -> String? {
        guard let step = nextStep(of: thread) else { return nil }
        let what = step.kind == .callback ? "its grace period has not ended: it" : text(step)
        if let whom = whom(thread) { return "\(what) waits for \(whom)" }
        let values = values(thread)
        return "\(what) waits" + (values.isEmpty ? "" : ": \(values.joined(separator: ", "))")
    }

    /// What the thread's next step looks at before it stops.
    func cellsRead(by thread: Int) -> [CellID] { reads(thread).found }

    /// What stands under a step that is not taken: `waits for ptpages[0].ptl, held by munmap`, `waits for fault, which has
    /// irqs off`.
    func remark(_ thread: Int) -> String {
        let holders = holders(of: thread)
        guard let step = nextStep(of: thread), !holders.isEmpty else { return "waits for ever" }
        let isGrace = waitsForGracePeriod(thread) || step.text.hasPrefix("synchronize_")
        func name(_ holder: Int) -> String { holder == thread ? "itself" : model.threads[holder].name }
        if isGrace {
            return "waits for "
                + list(
                    holders.map { holder in
                        let sections = held.sections(of: holder)
                        guard let section = sections.first else { return name(holder) }
                        return name(holder) + (section.wasEntered ? ", inside " : ", which has ") + section.name
                    })
        }
        guard let lock = lock(wantedBy: thread) else { return "waits for \(list(holders.map(name)))" }
        let owners = holders.filter { holder in held.locks(of: holder).contains { $0.name == lock.name } }
        if owners.isEmpty { return "waits for \(lock.name), behind \(list(holders.map(name)))" }
        return "waits for \(lock.name), held by \(list(owners.map(name)))"
    }

    // MARK: Locks

    /// What the next step looks at before it stops.
    private func reads(_ thread: Int) -> (found: [CellID], wait: Wait?) {
        let code = run.code(of: thread)
        guard let next = run.last.nextStep(of: thread), let start = code.start(ofStep: next) else { return ([], nil) }
        var registers: [Register: Int64] = [:]
        for (register, field) in run.layout.locals[thread][next] { registers[register] = run.last.value(of: field) }
        return CellReads(code: code, state: run.last, thread: thread, registers: registers).following(from: start + 1)
    }

    /// The lock that the thread is about to take or queued for.
    func lock(wantedBy thread: Int) -> LockPlace? {
        reads(thread).found.lazy.compactMap { names.lock(at: $0) }.last
    }

    /// `, which holds mm.page_table_lock since step 3 (mm.c:40)`, or that it is queued before us: a writer that only
    /// waits holds up the readers behind it.
    private func holding(_ thread: Int, _ lock: LockPlace?, wantedBy step: Step) -> String {
        let locks = held.locks(of: thread)
        guard let lock else { return held(by: locks.filter { StepText.mentions(step.text, $0.name) }) }
        let wanted = locks.filter { $0.name == lock.name }
        if !wanted.isEmpty { return held(by: wanted) }
        let isQueued = nextStep(of: thread)?.kind == .endWait && self.lock(wantedBy: thread)?.name == lock.name
        return isQueued ? ", which is queued on \(lock.name)" + queuedSince(thread) : held(by: locks)
    }

    private func queuedSince(_ thread: Int) -> String {
        let last = run.records.lastIndex { Int($0.move.thread) == thread }
        return last.map { " since step \($0 + 1)" } ?? ""
    }

    private func held(by locks: [Counterexample.HeldLock]) -> String {
        if locks.isEmpty { return "" }
        return ", which holds "
            + list(
                locks.map { lock in
                    (lock.isShared ? "\(lock.name) for reading" : lock.name) + since(lock.since)
                })
    }

    /// ` since step 3 (mm.c:40)`
    private func since(_ number: Int?) -> String {
        guard let number, run.records.indices.contains(number - 1) else { return "" }
        let place = names.line(of: run.step(run.records[number - 1]).range)
        return " since step \(number)" + (place.map { " (\($0.text))" } ?? "")
    }

    // MARK: Grace periods

    func waitsForGracePeriod(_ thread: Int) -> Bool {
        run.last.nextStep(of: thread).map { run.waitsForGracePeriod(run.code(of: thread), $0) } ?? false
    }

    /// `, which is inside rcu_read_lock() since step 1`; a lock held where a grace period waits for those too.
    private func section(_ thread: Int) -> String {
        let sections = held.sections(of: thread).map { section in
            (section.wasEntered ? "is inside \(section.name)" : "has \(section.name)") + since(section.since)
        }
        return sections.isEmpty ? held(by: held.locks(of: thread)) : ", which \(list(sections))"
    }

    func list(_ words: [String]) -> String {
        guard words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
    }
}
