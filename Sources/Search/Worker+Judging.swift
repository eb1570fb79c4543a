// What a worker finds wrong: with the states that it expands, with the steps that fail there, and with their successors.

import Execution
import Program

extension Worker {
    /// What is wrong with the states that were expanded, and with the steps that fail there.
    mutating func judge(_ count: Int) {
        let number = level.number
        let watches = level.task != .lastLook && lockOrder != nil
        for index in 0..<count {
            let threads = ThreadMasks(batch.states[index].masks, threadCount: threadCount)
            if threads.waiting & important != 0 || threads.goingOn & ~interrupts == 0 { judgeRest(index, threads) }
            if watches { lockOrder!.judge(batch, index, state: states.state(index), level: number) }
        }
        if !batch.accesses.isEmpty, level.task != .lastLook, races != nil {
            for index in 0..<count where !batch.states[index].accesses.isEmpty {
                races!.judge(
                    batch.accesses[batch.states[index].accesses], state: states.state(index), wordCount: wordCount,
                    level: number)
            }
        }
        if !batch.failures.isEmpty { addFailures() }
    }

    /// Somebody waits, or nobody goes on: is it a deadlock, or has everything come to rest?
    private mutating func judgeRest(_ index: Int, _ threads: ThreadMasks) {
        let level = self.level
        let state = states.state(index)
        let pending = interrupts == 0 ? 0 : level.deadlocks.pendingInterrupts(state)
        if threads.waiting & important & ~pending != 0 {
            guard level.judgesDeadlocks else { return }
            let stuck = level.deadlocks.stuck(threads, holders: batch.holders + index &* threadCount, state: state)
            if stuck != 0 {
                found.add(Candidate(kind: .deadlock, state: words(state), level: level.number, stuck: stuck))
            }
            return
        }
        // What is left to come need not come.
        guard threads.goingOn & ~pending == 0 else { return }
        properties.judgeFinal(
            state, level: level.number, engine: engine,
            isEnabled: level.analyses.options.enabled.contains(.violated), findings: &found)
        if let slot = level.leaks?.leak(state) {
            found.add(Candidate(kind: .leak, state: words(state), level: level.number, slot: slot, order: slot))
        }
    }

    @inline(never)
    private mutating func addFailures() {
        for (index, failure) in batch.failures {
            let threadClass = level.analyses.model.threads[Int(failure.move.thread)].threadClass
            foundNext.add(
                Candidate(
                    kind: failure.kind, state: words(states.state(index)), level: level.number, failure: failure,
                    order: threadClass << 24 | Int(failure.instruction)))
        }
    }

    /// What is wrong with the next level's states, though they are not stored.
    mutating func judgeSuccessors() {
        guard properties.hasWork else { return }
        for index in 0..<batch.count {
            _ = properties.admit(
                UnsafePointer(batch.words + index * wordCount), level: level.number + 1, engine: engine,
                findings: &foundNext)
        }
    }

    mutating func hasUnseenSuccessor() -> Bool {
        for index in 0..<batch.count where !isKnown(UnsafePointer(batch.words + index * wordCount)) { return true }
        return false
    }

    /// Whether a state is in the set.
    private mutating func isKnown(_ words: UnsafePointer<UInt64>) -> Bool {
        let store = level.store
        switch store.kind {
        case .quotient:
            return store.table!.view.contains(store.table!.mix.mixed(words[0]))
        case .dense:
            guard let key = store.dense!.findKey(words) else { return false }
            return store.table!.view.contains(store.table!.mix.mixed(key))
        case .folded:
            if memory == nil { memory = StateFolding.Memory(nodeCount: store.folding!.nodeCount) }
            guard let key = store.folding!.findKey(words, memory!) else { return false }
            return store.table!.view.contains(store.table!.mix.mixed(key))
        case .hashed:
            return store.table!.view.contains(StateStore.hash(words, wordCount, bits: store.hashBits))
        case .plain:
            return store.plain!.find(words, hash: VisitedSet.hash(words, wordCount)) != nil
        }
    }

    private func words(_ state: UnsafePointer<UInt64>) -> [UInt64] {
        Array(UnsafeBufferPointer(start: state, count: wordCount))
    }
}
