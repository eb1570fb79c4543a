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
    private var waiting: Waiting { Waiting(run: run, names: names, held: held) }

    var all: [Counterexample.Pending] {
        finding.stuck.compactMap(stuck) + finding.accesses.map(access)
    }

    var sentences: [String] {
        (cycle().map { [$0] } ?? []) + finding.stuck.compactMap(stuckSentence) + finding.accesses.map(accessSentence)
    }

    // MARK: Deadlock

    private func stuck(_ thread: Int) -> Counterexample.Pending? {
        guard let step = waiting.nextStep(of: thread) else { return nil }
        return Counterexample.Pending(
            thread: thread, place: names.line(of: step.range), text: waiting.text(step), remark: waiting.remark(thread))
    }

    private func stuckSentence(_ thread: Int) -> String? {
        guard let step = waiting.nextStep(of: thread) else { return nil }
        let cpus = CPURemarks(run: run)
        let sentence = "\(cpus.subject(thread)) at \(run.place(step.range))\(waiting.text(step))"
        if let whom = waiting.whom(thread) {
            return sentence + ", for \(whom)\(cpus.interrupted(waiting.holders(of: thread), by: thread))."
        }
        if let lost = WakeUps(run: run).sentence(thread) { return "\(sentence). \(lost)" }
        let values = waiting.values(thread)
        return sentence + ", for ever: nobody is left who may end it"
            + (values.isEmpty ? "." : " (\(values.joined(separator: ", "))).")
    }

    /// `A cycle: fault waits for munmap, which waits for fault.` Of several the first; nil where nobody waits in a
    /// circle.
    private func cycle() -> String? {
        for first in finding.stuck {
            guard let way = wayBack(to: first), way.count > 1 else { continue }
            let names = (way + [first]).map { model.threads[$0].name }
            return "A cycle: \(names[0])" + names.dropFirst().map { " waits for \($0)" }.joined(separator: ", which")
                + "."
        }
        return nil
    }

    /// The shortest way from a thread over those it waits for back to itself, breadth-first.
    private func wayBack(to first: Int) -> [Int]? {
        var previous: [Int: Int] = [:]
        var queue = [first]
        var next = 0
        while next < queue.count {
            let thread = queue[next]
            next += 1
            for holder in waiting.holders(of: thread) {
                if holder == first {
                    var way = [thread]
                    while let before = previous[way[0]] { way.insert(before, at: 0) }
                    return way
                }
                guard previous[holder] == nil else { continue }
                previous[holder] = thread
                queue.append(holder)
            }
        }
        return nil
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
        waiting.nextStep(of: Int(access.thread)).map { StepText.shortened($0.text) }
            ?? StepText.folded(range(access), in: model.texts)
    }

    private func access(_ access: PendingAccess) -> Counterexample.Pending {
        Counterexample.Pending(
            thread: Int(access.thread), place: names.line(of: range(access)), text: text(of: access),
            remark: kind(access))
    }

    private func accessSentence(_ access: PendingAccess) -> String {
        let name = model.threads[Int(access.thread)].name
        return "\(name) is about to make a \(kind(access)) of \(names.place(CellID(access.cell))) at "
            + "\(run.place(range(access)))\(text(of: access))."
    }
}
