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

    /// The second half of a lock operation is called after what will not happen: `down_read(&l) gets the lock`.
    private func text(_ step: Step) -> String {
        let ending = " gets the lock"
        return step.text.hasSuffix(ending) ? String(step.text.dropLast(ending.count)) : step.text
    }

    private func waitingSentence(_ thread: Int) -> String? {
        guard let step = nextStep(of: thread) else { return nil }
        let name = model.threads[thread].name
        var sentence = "\(name) waits"
        let holders = holders(of: thread)
        if holders.isEmpty {
            sentence += " for ever: nobody is left who may end it"
        } else {
            sentence += " for " + list(holders.map { holder in
                holder == thread ? "itself\(holding(holder, wantedBy: step))"
                    : "\(model.threads[holder].name)\(holding(holder, wantedBy: step))"
            })
        }
        return "\(sentence); \(run.place(step.range))\(text(step))."
    }

    /// `, which holds mm.page_table_lock since step 3`: of the locks that it holds, those which the waiting text names;
    /// all if none of them fits.
    private func holding(_ thread: Int, wantedBy step: Step) -> String {
        let locks = held.locks(of: thread)
        let wanted = locks.filter { lock in
            let last = lock.name.split(whereSeparator: { $0 == "." || $0 == "[" }).last.map(String.init) ?? lock.name
            return step.text.contains(last)
        }
        let told = wanted.isEmpty ? locks : wanted
        if told.isEmpty { return "" }
        return ", which holds " + list(told.map { lock in
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

    private func access(_ access: PendingAccess) -> Counterexample.Pending {
        let range = range(access)
        let text = nextStep(of: Int(access.thread))?.text ?? model.texts.text(of: range)
        return Counterexample.Pending(
            thread: Int(access.thread), place: names.line(of: range), text: text, remark: kind(access))
    }

    private func accessSentence(_ access: PendingAccess) -> String {
        let name = model.threads[Int(access.thread)].name
        let text = nextStep(of: Int(access.thread))?.text ?? model.texts.text(of: range(access))
        return "\(name) is about to make a \(kind(access)) of \(names.place(CellID(access.cell))) at "
            + "\(run.place(range(access)))\(text)."
    }

    private func list(_ words: [String]) -> String {
        guard words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
    }
}
