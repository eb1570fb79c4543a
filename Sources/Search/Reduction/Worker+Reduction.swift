// What partial order reduction changes in a worker.
//
// States in which a thread is taken alone come in runs: the next step mostly is of the same kind. Such a run is gone
// through at once, and only the state at its end, in which all threads are taken, is stored. (Without chains, which keep
// the levels at one step each, they are stored like all others.) A run ends, as sticky nodes end every cycle, and what
// happens on the way is judged like anything else; a state in which the thread can only fail is stored, so that the
// others are not forgotten.
//
// The states stored are the same for any number of threads: which they are depends on the model alone. A state on the
// way may be gone through more than once, from different states before it.

import Execution
import Program

extension Worker {
    /// Leaves in the batch what is to be stored of the successors; the others are pending.
    mutating func select(of stateCount: Int, _ reduction: PartialOrder, isPending: Bool) {
        let pending = self.pending
        let follows = level.followsChains
        let wordCount = batch.wordCount
        let words = batch.words
        let moves = batch.moves
        let tables = reduction.tables
        var kept = 0
        var taken = 0
        for index in 0..<stateCount {
            let first = Int(batch.states[index].first)
            let end = first &+ Int(batch.states[index].count)
            var only = Int32(-1)
            if isPending {
                only = pending.chosen[index]
            } else if !follows {
                only = alone(states.state(index), tables)
                if only >= 0 {
                    // One that can only fail leaves the others to be looked at.
                    var goesOn = false
                    for number in first..<end where moves[number].thread == only { goesOn = true }
                    if goesOn { pending.passed &+= 1 } else { only = -1 }
                }
            }
            let keptBefore = kept
            let takenBefore = taken
            for number in first..<end where only < 0 || moves[number].thread == only {
                let state = words + number &* wordCount
                taken &+= 1
                if follows {
                    let next = alone(state, tables)
                    if next >= 0 {
                        pending.push(state, thread: Int(next))
                        pending.passed &+= 1
                        continue
                    }
                }
                if kept != number {
                    let place = words + kept &* wordCount
                    for word in 0..<wordCount { place[word] = state[word] }
                }
                kept &+= 1
            }
            if isPending, taken == takenBefore { restore(index) }
            batch.setSuccessors(of: index, first: keptBefore, count: kept &- keptBefore)
        }
        batch.setCount(kept)
        pending.looks &+= taken
        transitions &+= taken
    }

    @inline(__always)
    private func alone(_ state: UnsafePointer<UInt64>, _ tables: ReductionTables) -> Int32 {
        let mask = tables.threadsToTake(state, scratch: pending.scratch)
        return mask == ~0 ? -1 : Int32(truncatingIfNeeded: mask.trailingZeroBitCount)
    }

    @inline(never)
    private func restore(_ index: Int) {
        pending.restored.append(Array(UnsafeBufferPointer(start: states.state(index), count: batch.wordCount)))
    }

    /// Goes through all pending states, and through those that they lead to.
    mutating func finishPending(_ reduction: PartialOrder) {
        while pending.count > 0 {
            let wanted = min(StepBatch.statesMax, pending.count)
            pending.take(wanted, into: states.words)
            let count = engine.expand(states.words, count: wanted, into: &batch)
            for index in count..<wanted {
                pending.push(states.state(index), thread: Int(pending.chosen[index]))
            }
            judge(count)
            select(of: count, reduction, isPending: true)
            insertSuccessors(of: count)
        }
        while let state = pending.restored.popLast() { seed(state) }
    }
}
