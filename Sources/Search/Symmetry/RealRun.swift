// From a run among representatives to a run of the model.
//
// If a step leads from the representative r to x, and p turns r into the real state, then the same step by the thread
// that p puts in that thread's place leads from p(r) to p(x), as permuting and stepping commute. x's representative is q(x);
// so p after the inverse of q turns that into the real state, and so on. Every real step is looked up among the
// successors of the real state: if one is not there, the analysis has taken for interchangeable what is not, which is a
// fault of ours and is said.

import Execution
import Program

extension Explorer {
    /// The state that stands for a state, and the permutation that leads there; empty if it stands for itself.
    func representative(of state: [UInt64]) -> (state: [UInt64], permutation: [Int]) {
        guard let canonicalizer = level.canonicalizer, let memory = workers[0].canonicalMemory else { return (state, []) }
        var words = state
        let isOther = words.withUnsafeMutableBufferPointer { canonicalizer.canonicalize($0.baseAddress!, memory) }
        return (words, isOther ? memory.permutation(canonicalizer.elementCount) : [])
    }

    /// The run that a run among representatives stands for, with threads called in the order in which they move.
    func realRun(_ run: Run, _ target: RunTarget) throws -> Run {
        let canonicalizer = level.canonicalizer!
        let identity = Array(0..<canonicalizer.elementCount)
        let real = try walk(run, target, renaming: identity)
        let renaming = orderly(real.run, canonicalizer)
        return renaming == identity ? real.run : try walk(run, target, renaming: renaming).run
    }

    private func walk(_ run: Run, _ target: RunTarget, renaming: [Int]) throws -> (run: Run, states: [[UInt64]]) {
        let canonicalizer = level.canonicalizer!
        let initial = initials[run.initial]
        var (state, first) = representative(of: initial)
        if first.isEmpty { first = Array(renaming.indices) }
        var permutation = Self.compose(renaming, Self.inverse(first))
        var real = canonicalizer.permuted(state, permutation)
        guard real == initial else { throw InternalError("the run's first state is no initial state") }
        var result = Run(initial: run.initial, moves: [], target: run.target)
        var states = [real]
        let steps = target.last == nil ? run.moves[...] : run.moves.dropLast()
        for (number, move) in steps.enumerated() {
            guard let after = successor(of: state, move),
                let realMove = self.move(
                    from: real, to: canonicalizer.permuted(after, permutation),
                    thread: canonicalizer.thread(Int(move.thread), permutation))
            else { throw InternalError("step \(number + 1) of the run has no counterpart among permuted states") }
            result.moves.append(realMove)
            real = canonicalizer.permuted(after, permutation)
            states.append(real)
            let next = representative(of: after)
            state = next.state
            if !next.permutation.isEmpty { permutation = Self.compose(permutation, Self.inverse(next.permutation)) }
        }
        if let last = target.last {
            let thread = canonicalizer.thread(Int(last.thread), permutation)
            guard let realLast = lastMove(last, target, state, real, permutation, thread) else {
                throw InternalError("the last step of the run has no counterpart among permuted states")
            }
            result.moves.append(realLast)
            result.last = realLast
        }
        result.end = real
        result.permutation = permutation
        return (result, states)
    }

    private func lastMove(
        _ last: Move, _ target: RunTarget, _ state: [UInt64], _ real: [UInt64], _ permutation: [Int], _ thread: Int
    ) -> Move? {
        guard target.fails else {
            return successor(of: state, last).flatMap { after in
                move(from: real, to: level.canonicalizer!.permuted(after, permutation), thread: thread)
            }
        }
        guard let failure = failures(in: state).first(where: { $0.move == last }) else { return nil }
        return counterpart(of: failure, in: real, thread: thread)?.move
    }

    /// The failure of a thread's step that is like another one.
    func counterpart(of failure: StepFailure, in real: [UInt64], thread: Int) -> StepFailure? {
        failures(in: real).filter {
            Int($0.move.thread) == thread && $0.kind == failure.kind && $0.failure == failure.failure
                && $0.instruction == failure.instruction
        }.min { $0.move.choice < $1.move.choice }
    }

    private func expanded<R>(_ state: [UInt64], _ body: (borrowing Expansion) -> R) -> R {
        var expansion = Expansion(wordCount: wordCount, threadCount: model.threads.count)
        interpreter.expand(state, into: &expansion)
        return body(expansion)
    }

    private func failures(in state: [UInt64]) -> [StepFailure] { expanded(state) { $0.failures } }

    private func words(_ expansion: borrowing Expansion, _ index: Int) -> [UInt64] {
        Array(UnsafeBufferPointer(start: expansion.words + index * wordCount, count: wordCount))
    }

    private func successor(of state: [UInt64], _ move: Move) -> [UInt64]? {
        expanded(state) { expansion in
            for index in 0..<expansion.count where expansion.moves[index] == move { return words(expansion, index) }
            return nil
        }
    }

    /// The first move of a thread that leads from one state to another.
    private func move(from state: [UInt64], to next: [UInt64], thread: Int) -> Move? {
        expanded(state) { expansion in
            for index in 0..<expansion.count
            where Int(expansion.moves[index].thread) == thread && words(expansion, index) == next {
                return expansion.moves[index]
            }
            return nil
        }
    }

    // MARK: Names

    /// A permutation that leaves the first state as it is, and has the threads of each class move in their order.
    private func orderly(_ run: Run, _ canonicalizer: Canonicalizer) -> [Int] {
        var renaming = Array(0..<canonicalizer.elementCount)
        for domain in canonicalizer.symmetry.domains {
            guard case .threads(let number) = domain.kind else { continue }
            let first = model.classes[number].threads.lowerBound
            var seen: [Int] = []
            for move in run.moves where model.threads[Int(move.thread)].threadClass == number {
                if !seen.contains(Int(move.thread) - first) { seen.append(Int(move.thread) - first) }
            }
            seen += domain.elements.indices.map { $0 - domain.elements.lowerBound }.filter { !seen.contains($0) }
            var candidate = renaming
            for (place, index) in seen.enumerated() {
                candidate[domain.elements.lowerBound + index] = domain.elements.lowerBound + place
            }
            let initial = initials[run.initial]
            if canonicalizer.permuted(initial, candidate) == initial { renaming = candidate }
        }
        return renaming
    }

    static func inverse(_ permutation: [Int]) -> [Int] {
        var result = permutation
        for (element, place) in permutation.enumerated() { result[place] = element }
        return result
    }

    /// First the second, then the first.
    static func compose(_ first: [Int], _ second: [Int]) -> [Int] { second.map { first[$0] } }

    // MARK: What was found

    /// What a run to a candidate really shows.
    func real(_ candidate: Candidate, at run: Run) -> Candidate {
        guard let canonicalizer = level.canonicalizer, !run.permutation.isEmpty else { return candidate }
        var result = candidate
        result.state = run.end
        if let failure = candidate.failure, let last = run.last {
            result.failure = counterpart(of: failure, in: run.end, thread: Int(last.thread))
        }
        result.stuck = 0
        for thread in model.threads.indices where candidate.stuck >> UInt64(thread) & 1 != 0 {
            result.stuck |= 1 << UInt64(canonicalizer.thread(thread, run.permutation))
        }
        if candidate.slot >= 0 {
            let cell = canonicalizer.cell(model.slots[candidate.slot].liveCell, run.permutation)
            result.slot = model.slots.firstIndex { $0.liveCell == cell } ?? candidate.slot
        }
        return result
    }

    func real(_ access: PendingAccess, at run: Run) -> PendingAccess {
        guard let canonicalizer = level.canonicalizer, !run.permutation.isEmpty else { return access }
        var result = access
        result.thread = Int32(canonicalizer.thread(Int(access.thread), run.permutation))
        result.cell = Int32(canonicalizer.cell(CellID(access.cell), run.permutation))
        return result
    }

    func real(_ edge: LockEdge, at run: Run) -> LockEdge {
        guard let canonicalizer = level.canonicalizer, !run.permutation.isEmpty else { return edge }
        func lock(_ number: Int) -> Int {
            let cell = canonicalizer.cell(model.locks[number].firstCell, run.permutation)
            return model.locks.firstIndex { $0.firstCell == cell } ?? number
        }
        var result = edge
        result.state = run.end
        result.heldLock = lock(edge.heldLock)
        result.takenLock = lock(edge.takenLock)
        if let last = run.last { result.move = last }
        return result
    }
}
