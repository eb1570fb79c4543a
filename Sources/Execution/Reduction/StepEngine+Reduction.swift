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

    /// How many steps can be taken in a state and in those gone through from there and are not, as a reduction takes one
    /// thread alone. For a sample of the states of a search: it executes them.
    public func stepsLeftOut(
        _ state: UnsafePointer<UInt64>, reduction: ReductionTables, use: ReductionUse, into batch: inout StepBatch
    ) -> Int {
        if reducer?.tables !== reduction { reducer = Reducer(reduction, wordCount: batch.wordCount) }
        let reducer = self.reducer.unsafelyUnwrapped
        batch.removeAll()
        reducer.leftOut = 0
        reduce(state, 0, reducer, use, &batch)
        return reducer.leftOut.unsafelyUnwrapped
    }

    func reduce(
        _ state: UnsafePointer<UInt64>, _ index: Int, _ reducer: Reducer, _ use: ReductionUse, _ batch: inout StepBatch
    ) {
        let tables = reducer.tables
        let isKnown = tables.find(state, reducer.places)
        let chosen = isKnown && use.contains(.picks) ? tables.pick(state, reducer.places) : -1
        if chosen >= 0 { expand(state, alone: chosen, reducer) }
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
            expand(reducer.current, alone: thread, reducer)
            for failure in scratch.failures { batch.failures.append((index, failure)) }
            if scratch.count == 0 {
                batch.append(reducer.current, Move(thread: Int32(thread), choice: 0), index)
            } else {
                sort(reducer.current, index, reducer, &left, &batch)
            }
        }
    }

    private func expand(_ state: UnsafePointer<UInt64>, alone thread: Int, _ reducer: Reducer) {
        if let leftOut = reducer.leftOut {
            interpreter.expand(state, into: &scratch)
            let own = (0..<scratch.count).count { scratch.moves[$0].thread == Int32(thread) }
            if own > 0 { reducer.leftOut = leftOut &+ scratch.count &- own }
        }
        interpreter.expand(state, only: 1 &<< UInt64(thread), into: &scratch)
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
    /// Steps of threads that were not taken, once somebody asks for them.
    var leftOut: Int?
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
