import Execution
import Program
import Search
import Syntax

/// The steps that are not taken at the end of a run, and the sentences that go with them: in a deadlock what each stuck
/// thread waits for, in a data race the two accesses.
struct PendingSteps {
    let finding: Finding
    let run: Run
    let names: Names
    let held: HeldLocks

    private var model: Model { run.model }

    var all: [Counterexample.Pending] {
        finding.stuck.compactMap(waiting) + finding.accesses.map(access)
    }

    var sentences: [String] {
        finding.stuck.compactMap(waitingSentence) + finding.accesses.map(accessSentence)
    }

    // MARK: Deadlock

    private func nextStep(of thread: Int) -> Step? {
        let steps = run.code(of: thread).steps
        guard let next = run.last.nextStep(of: thread), next < steps.count else { return nil }
        return steps[next]
    }

    private func holders(of thread: Int) -> [Int] {
        guard thread < run.holders.count else { return [] }
        return model.threads.indices.filter { run.holders[thread] >> UInt64($0) & 1 != 0 }
    }

    private func waiting(_ thread: Int) -> Counterexample.Pending? {
        guard let step = nextStep(of: thread) else { return nil }
        let holders = holders(of: thread).map { model.threads[$0].name }
        let remark = holders.isEmpty ? "waits for ever" : "waits for \(list(holders))"
        return Counterexample.Pending(
            thread: thread, place: names.line(of: step.range), text: text(step), remark: remark)
    }

    /// The second half of an operation is called after what will not happen, `down_read(&l) gets the lock`: here it is
    /// the call that its thread stands in.
    private func text(_ step: Step) -> String {
        let call = step.kind == .endWait ? StepText.folded(step.range, in: model.texts) : ""
        let ending = " gets the lock"
        if call.isEmpty, step.text.hasSuffix(ending) { return String(step.text.dropLast(ending.count)) }
        return call.isEmpty ? StepText.shortened(step.text) : call
    }

    private func waitingSentence(_ thread: Int) -> String? {
        guard let step = nextStep(of: thread) else { return nil }
        var sentence = "\(model.threads[thread].name) waits at \(run.place(step.range))\(text(step))"
        let holders = holders(of: thread)
        if holders.isEmpty {
            sentence += ", for ever: nobody is left who may end it"
        } else {
            // synchronize_srcu() inside its own read side stops at its beginning.
            let isGrace = waitsForGracePeriod(thread) || step.text.hasPrefix("synchronize_")
            sentence += ", for " + list(holders.map { holder in
                (holder == thread ? "itself" : model.threads[holder].name)
                    + (isGrace ? section(holder) : queued(holder, as: step) ?? holding(holder, wantedBy: step))
            })
        }
        return sentence + "."
    }

    /// A writer that only waits holds up the readers behind it.
    private func queued(_ thread: Int, as step: Step) -> String? {
        guard held.locks(of: thread).isEmpty, let other = nextStep(of: thread), other.kind == .endWait,
            let lock = argument(step), lock == argument(other)
        else { return nil }
        return ", which is queued on \(lock)"
    }

    /// `sem` of `down_read(&sem)`.
    private func argument(_ step: Step) -> String? {
        let call = text(step)
        guard call.hasSuffix(")"), let open = call.firstIndex(of: "(") else { return nil }
        let argument = call[call.index(after: open)...].dropLast()
        return argument.isEmpty ? nil : String(argument.hasPrefix("&") ? argument.dropFirst() : argument)
    }

    private func waitsForGracePeriod(_ thread: Int) -> Bool {
        run.last.nextStep(of: thread).map { run.waitsForGracePeriod(run.code(of: thread), $0) } ?? false
    }

    /// `, which is inside rcu_read_lock() since step 1`; a lock held where a grace period waits for those too.
    private func section(_ thread: Int) -> String {
        let sections = held.sections(of: thread).map { section in
            (section.wasEntered ? "is inside \(section.name)" : "has \(section.name)")
                + (section.since.map { " since step \($0)" } ?? "")
        }
        return sections.isEmpty ? held(by: held.locks(of: thread)) : ", which \(list(sections))"
    }

    /// `, which holds mm.page_table_lock since step 3`: of the locks that it holds, those which the waiting text names;
    /// all if none of them fits.
    private func holding(_ thread: Int, wantedBy step: Step) -> String {
        let locks = held.locks(of: thread)
        let wanted = locks.filter { lock in
            let last = lock.name.split(whereSeparator: { $0 == "." || $0 == "[" }).last.map(String.init) ?? lock.name
            return step.text.contains(last)
        }
        return held(by: wanted.isEmpty ? locks : wanted)
    }

    private func held(by locks: [Counterexample.HeldLock]) -> String {
        if locks.isEmpty { return "" }
        return ", which holds " + list(locks.map { lock in
            (lock.isShared ? "\(lock.name) for reading" : lock.name) + (lock.since.map { " since step \($0)" } ?? "")
        })
    }

    // MARK: Data race

    private func kind(_ access: PendingAccess) -> String {
        (access.isPlain ? "plain " : "marked ") + (access.isWrite ? "write" : "read")
    }

    private func range(_ access: PendingAccess) -> SourceRange {
        let instructions = run.code(of: Int(access.thread)).instructions
        return Int(access.instruction) < instructions.count ? instructions[Int(access.instruction)].range : .none
    }

    private func text(of access: PendingAccess) -> String {
        nextStep(of: Int(access.thread)).map { StepText.shortened($0.text) }
            ?? StepText.folded(range(access), in: model.texts)
    }

    private func access(_ access: PendingAccess) -> Counterexample.Pending {
        let range = range(access)
        let text = text(of: access)
        return Counterexample.Pending(
            thread: Int(access.thread), place: names.line(of: range), text: text, remark: kind(access))
    }

    private func accessSentence(_ access: PendingAccess) -> String {
        let name = model.threads[Int(access.thread)].name
        let text = text(of: access)
        return "\(name) is about to make a \(kind(access)) of \(names.place(CellID(access.cell))) at "
            + "\(run.place(range(access)))\(text)."
    }

    private func list(_ words: [String]) -> String {
        guard words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
    }
}
