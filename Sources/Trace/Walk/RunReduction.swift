// Cuts a run down to what matters for its end, and brings the steps of a thread together.
//
// Steps are taken out in ever smaller pieces, first of one thread's, then of all (Zeller and Hildebrandt, "Simplifying
// and isolating failure-inducing input", IEEE TSE 28, 2002, without its complements); what is left is executed, and
// kept if it ends in the same failure. Then steps are moved next to others of their thread wherever that can be
// executed and ends the same.
//
// Sound because nothing is concluded: a shorter run counts only once it has been executed. It need not be a shortest.

import Execution
import Program
import Search

struct RunReduction {
    let judge: Judge
    let initial: Int
    /// The run has to end in something of this kind, or in this alone, where several things are wrong.
    var kind: FailureKind?
    var wanted: Judgement?
    /// Or with a step that takes one lock under another.
    var link: LockLink?

    /// Executed steps that it may cost.
    private static let effortMax = 400_000

    /// The run as it is if it does not end in a failure of the kind, for all that the judge can tell.
    func reduced(_ moves: [Move], _ stepper: Stepper) -> [Move] {
        var effort = 0
        guard let end = end(of: moves, stepper, &effort), kind == nil || end.kind == kind else { return moves }
        var best = moves
        var didShrink = true
        while didShrink, effort < Self.effortMax {
            didShrink = false
            for thread in Set(best.map(\.thread)).sorted() {
                didShrink = shrink(&best, of: thread, end, stepper, &effort) || didShrink
            }
            didShrink = shrink(&best, of: nil, end, stepper, &effort) || didShrink
        }
        gather(&best, end, stepper, &effort)
        return best
    }

    // MARK: The end

    /// What has to stay the same.
    private enum End: Equatable {
        case failure(FailureKind, instruction: Int32, failure: Int32)
        case state(Judgement)
        /// The last step takes a lock with another held.
        case link

        var kind: FailureKind {
            switch self {
            case .failure(let kind, _, _): kind
            case .state(let judgement): judgement.kind
            case .link: .lockOrder
            }
        }
    }

    /// What a run comes to; nil if it cannot be executed, or nothing is wrong at its end.
    private func end(of moves: [Move], _ stepper: Stepper, _ effort: inout Int) -> End? {
        guard stepper.begin(initial) else { return nil }
        for (index, move) in moves.enumerated() {
            effort += 1
            guard stepper.look() else { return end(of: moves, stepper, &effort) }
            if let failure = stepper.expansion.failures.first(where: { $0.move == move }) {
                guard index == moves.count - 1 else { return nil }
                return .failure(failure.kind, instruction: failure.instruction, failure: failure.failure)
            }
            guard let successor = (0..<stepper.expansion.count).first(where: { stepper.expansion.moves[$0] == move })
            else {
                return nil
            }
            let before = stepper.words
            stepper.take(successor: successor)
            if let link, index == moves.count - 1, link.isDrawn(by: Int(move.thread), before, stepper) { return .link }
        }
        if link != nil { return nil }
        guard stepper.look() else { return end(of: moves, stepper, &effort) }
        let found = judge.judgements(stepper)
        if let wanted { return found.contains(wanted) ? .state(wanted) : nil }
        return (found.first { $0.kind == kind } ?? found.first).map { .state($0) }
    }

    // MARK: Shorter

    /// Takes out pieces of the run, or of one thread's part of it, from its end on.
    private func shrink(
        _ best: inout [Move], of thread: Int32?, _ end: End, _ stepper: Stepper, _ effort: inout Int
    ) -> Bool {
        func places() -> [Int] { best.indices.filter { thread == nil || best[$0].thread == thread } }
        var didShrink = false
        var size = places().count
        while size > 0 {
            var stop = places().count
            while stop > 0, effort < Self.effortMax {
                let all = places()
                stop = min(stop, all.count)
                let piece = Set(all[max(0, stop - size)..<stop])
                let shorter = best.indices.filter { !piece.contains($0) }.map { best[$0] }
                if !piece.isEmpty, self.end(of: shorter, stepper, &effort) == end {
                    best = shorter
                    didShrink = true
                }
                stop -= size
            }
            size /= 2
        }
        return didShrink
    }

    // MARK: Fewer switches

    private func gather(_ best: inout [Move], _ end: End, _ stepper: Stepper, _ effort: inout Int) {
        var index = 1
        while index < best.count, effort < Self.effortMax {
            let thread = best[index - 1].thread
            if best[index].thread != thread, let next = best[index...].firstIndex(where: { $0.thread == thread }) {
                var other = best
                other.insert(other.remove(at: next), at: index)
                if switches(other) < switches(best), self.end(of: other, stepper, &effort) == end { best = other }
            }
            index += 1
        }
        // The other way: a step that stands alone goes to its thread's next one.
        for index in best.indices.reversed() where effort < Self.effortMax {
            let thread = best[index].thread
            guard index + 1 < best.count, best[index + 1].thread != thread,
                let next = best[(index + 1)...].firstIndex(where: { $0.thread == thread })
            else { continue }
            var other = best
            other.insert(other[index], at: next)
            other.remove(at: index)
            if switches(other) < switches(best), self.end(of: other, stepper, &effort) == end { best = other }
        }
    }

    private func switches(_ moves: [Move]) -> Int { zip(moves, moves.dropFirst()).count { $0.thread != $1.thread } }
}

/// One lock taken under another; indices into `Model.locks`.
struct LockLink {
    var held: Int
    var taken: Int

    func isDrawn(by thread: Int, _ before: [UInt64], _ stepper: Stepper) -> Bool {
        let model = stepper.machine.model
        func holds(_ lock: Int, _ words: [UInt64]) -> Bool {
            let place = model.locks[lock]
            let state = StateView(model: model, layout: stepper.machine.layout, words: words)
            if place.ownerCell > 0, state.value(of: place.ownerCell) == Int64(thread) + 1 { return true }
            let reader = thread < place.readerCells.count ? place.readerCells[thread] : 0
            return reader > 0 && state.value(of: reader) > 0
        }
        return holds(held, before) && !holds(taken, before) && holds(taken, stepper.words)
    }
}
