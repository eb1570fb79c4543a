import Execution
import Program

/// Tests the definition of a persistent set by trying everything: from a state in which one thread is to be taken alone,
/// the others run on their own, up to a bound; every step they take must commute with the thread's step, and neither may
/// stop or start the other from going on. Knows nothing of how the set was found.
struct PersistenceCheck {
    let model: Model
    let interpreter: Interpreter
    let wordCount: Int

    init(model: Model, layout: StateLayout, checks: Set<FailureKind>) {
        self.model = model
        interpreter = Interpreter(model: model, layout: layout, options: ExecutionOptions(checks: checks))
        wordCount = layout.wordCount
    }

    struct Step: Equatable {
        var move: Move
        /// nil if it fails.
        var after: [UInt64]?
        var kind: Int
    }

    func steps(_ state: [UInt64]) -> [Step] {
        var expansion = Expansion(wordCount: wordCount, threadCount: model.threads.count)
        state.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &expansion) }
        var found = (0..<expansion.count).map { index in
            let words = expansion.words + index * wordCount
            return Step(
                move: expansion.moves[index],
                after: Array(UnsafeBufferPointer(start: words, count: wordCount)), kind: -1)
        }
        for failure in expansion.failures {
            found.append(Step(move: failure.move, after: nil, kind: failure.kind.rawValue))
        }
        return found.sorted { ($0.move.thread, $0.move.choice) < ($1.move.thread, $1.move.choice) }
    }

    /// What is wrong with taking the thread alone, nil if nothing was found; and whether there was more to try.
    func fault(of thread: Int, in start: [UInt64], limit: Int) -> (fault: String?, isBounded: Bool) {
        var isBounded = false
        let fault = fault(of: thread, in: start, limit: limit, isBounded: &isBounded)
        return (fault, isBounded)
    }

    private func fault(of thread: Int, in start: [UInt64], limit: Int, isBounded: inout Bool) -> String? {
        let own = steps(start).filter { $0.move.thread == thread }
        if own.isEmpty { return "thread \(thread) is taken alone and cannot go on" }
        var seen: Set<[UInt64]> = [start]
        var work = [start]
        var next = 0
        while next < work.count, work.count < limit {
            let state = work[next]
            next += 1
            let all = steps(state)
            let mine = all.filter { $0.move.thread == thread }
            guard outline(mine) == outline(own) else {
                return "the steps of thread \(thread) change from \(outline(own)) to \(outline(mine))"
            }
            let others = all.filter { $0.move.thread != thread }
            for step in mine {
                guard let after = step.after else { continue }
                let later = steps(after).filter { $0.move.thread != thread }
                for other in others {
                    guard let match = later.first(where: { $0.move == other.move }) else {
                        return "\(other.move) is stopped by \(step.move)"
                    }
                    guard match.kind == other.kind else { return "\(other.move) fails otherwise after \(step.move)" }
                    guard let reached = other.after else { continue }
                    let crossed = steps(reached).first { $0.move == step.move }
                    guard crossed?.after == match.after else { return "\(other.move) and \(step.move) do not commute" }
                }
            }
            for other in others {
                if let after = other.after, seen.insert(after).inserted { work.append(after) }
            }
        }
        isBounded = next < work.count
        return nil
    }

    private func outline(_ steps: [Step]) -> [[Int]] {
        steps.map { [Int($0.move.thread), Int($0.move.choice), $0.kind] }
    }
}
