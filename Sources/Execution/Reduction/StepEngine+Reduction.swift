// Expansion under partial order reduction, interpreted: what `lw_expand` in machine code does, step for step, so that
// both yield the same whatever the order in which a search comes to its states.
//
//   - Where one thread may be taken alone, only it is. (If it can do nothing, all are.)
//   - A successor in which the thread that moved may be taken alone again is gone through at once: it is no successor, but
//     what the thread does from there on is. Only the mover is asked about, for the others' places are known by then; the
//     others are asked about when the state is expanded. If the thread can do nothing there, the state is a successor.
//   - Of the states gone through nothing is reported but the steps that fail; `passesMax` of them for one state.
//
// Which states these are depends on the state and its mover alone, so that counts are the same for any number of threads.

extension StepEngine {
    /// The successors of states that lie one after the other, with a reduction. Returns how many were expanded, as
    /// `expand(_:count:into:)` does.
    public func expand(
        _ states: UnsafePointer<UInt64>, count: Int, reduction: ReductionTables, use: ReductionUse,
        into batch: inout StepBatch
    ) -> Int {
        if use.isEmpty { return expand(states, count: count, into: &batch) }
        if reducer?.tables !== reduction { reducer = Reducer(reduction, wordCount: batch.wordCount) }
        let reducer = self.reducer.unsafelyUnwrapped
        if let done = expandNative(states, count: count, reducer: reducer, use: use, into: &batch) { return done }
        batch.removeAll()
        for index in 0..<count { reduce(states + index &* batch.wordCount, index, reducer, use, &batch) }
        return count
    }

    func reduce(
        _ state: UnsafePointer<UInt64>, _ index: Int, _ reducer: Reducer, _ use: ReductionUse, _ batch: inout StepBatch
    ) {
        let tables = reducer.tables
        let isKnown = tables.find(state, reducer.places)
        let chosen = isKnown && use.contains(.picks) ? tables.pick(state, reducer.places) : -1
        if chosen >= 0 { interpreter.expand(state, only: 1 &<< UInt64(chosen), into: &scratch) }
        if chosen < 0 || scratch.count == 0 {
            interpreter.expand(state, into: &scratch)
        } else {
            batch.statesPicked &+= 1
        }
        batch.beginState(scratch, index)
        let passes = isKnown && use.contains(.passes)
        var left = passes ? ReductionPlan.passesMax : 0
        reducer.count = 0
        sort(state, index, reducer, &left, &batch)
        while reducer.count > 0 {
            reducer.pop()
            let thread = reducer.thread
            interpreter.expand(reducer.current, only: 1 &<< UInt64(thread), into: &scratch)
            for failure in scratch.failures { batch.failures.append((index, failure)) }
            if scratch.count == 0 {
                batch.append(reducer.current, Move(thread: Int32(thread), choice: 0), index)
            } else {
                sort(reducer.current, index, reducer, &left, &batch)
            }
        }
    }

    /// Deals out the successors in `scratch`: gone through, or kept.
    private func sort(
        _ state: UnsafePointer<UInt64>, _ index: Int, _ reducer: Reducer, _ left: inout Int, _ batch: inout StepBatch
    ) {
        let wordCount = batch.wordCount
        var first = 0
        while first < scratch.count {
            let thread = scratch.moves[first].thread
            var end = first &+ 1
            while end < scratch.count, scratch.moves[end].thread == thread { end &+= 1 }
            let mayPass = left > 0 && !reducer.tables.isWatched(Int(thread), state)
            var number = end
            while number > first {
                number &-= 1
                let successor = UnsafePointer(scratch.words + number &* wordCount)
                if mayPass, left > 0, reducer.tables.mayPass(Int(thread), successor, reducer.places),
                    satisfiesConstraints(successor, reducer)
                {
                    reducer.push(successor, Int(thread))
                    left &-= 1
                    batch.stepsPassed &+= 1
                } else {
                    batch.append(successor, scratch.moves[number], index)
                }
            }
            first = end
        }
    }

    private func satisfiesConstraints(_ state: UnsafePointer<UInt64>, _ reducer: Reducer) -> Bool {
        reducer.tables.plan.constraints.allSatisfy { evaluate(property: $0, state) }
    }
}

/// What one thread of a search needs to reduce.
final class Reducer {
    let tables: ReductionTables
    let places: ReductionTables.Places
    /// States that are to be gone through, with their threads: the last first.
    let stack: UnsafeMutablePointer<UInt64>
    private let movers: UnsafeMutablePointer<Int32>
    var count = 0
    /// The state that was taken off last, and its thread.
    let current: UnsafeMutablePointer<UInt64>
    private(set) var thread = 0
    private let wordCount: Int

    init(_ tables: ReductionTables, wordCount: Int) {
        self.tables = tables
        self.wordCount = wordCount
        places = tables.makePlaces()
        stack = .allocate(capacity: ReductionPlan.passesMax * wordCount)
        movers = .allocate(capacity: ReductionPlan.passesMax)
        current = .allocate(capacity: wordCount)
    }

    deinit {
        stack.deallocate()
        movers.deallocate()
        current.deallocate()
    }

    func push(_ state: UnsafePointer<UInt64>, _ thread: Int) {
        (stack + count &* wordCount).update(from: state, count: wordCount)
        movers[count] = Int32(thread)
        count &+= 1
    }

    func pop() {
        count &-= 1
        current.update(from: stack + count &* wordCount, count: wordCount)
        thread = Int(movers[count])
    }
}
