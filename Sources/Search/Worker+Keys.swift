import Execution

/// What successors are called in the visited set.
extension Worker {
    /// Makes the mixed keys of the successors and sends for their lines; false if there is no room for their parts.
    mutating func mixKeys(_ stateCount: Int, _ store: StateStore) -> Bool {
        while true {
            switch store.kind {
            case .quotient:
                mixNarrow(store.table.unsafelyUnwrapped)
                return true
            case .hashed:
                mixHashes(store)
                return true
            case .dense:
                if mixDense(store) { return true }
            case .folded:
                if mixFolded(stateCount, store) { return true }
            case .plain:
                return true
            }
            guard level.gate.grow() else { return false }
        }
    }

    // Nothing in the loops of these functions can change what is in their locals.

    private func mixNarrow(_ table: QuotientTable) {
        let mix = table.mix
        let view = table.view
        let words = UnsafePointer(batch.words)
        let mixed = self.mixed
        let count = batch.count
        var index = 0
        while index < count {
            let key = mix.mixed(words[index])
            view.prefetch(key)
            mixed[index] = key
            index &+= 1
        }
    }

    private func mixHashes(_ store: StateStore) {
        let view = store.table.unsafelyUnwrapped.view
        for index in 0..<batch.count {
            mixed[index] = StateStore.hash(batch.words + index &* wordCount, wordCount, bits: store.hashBits)
            view.prefetch(mixed[index])
        }
    }

    /// False if a part must be widened first.
    private func mixDense(_ store: StateStore) -> Bool {
        let dense = store.dense.unsafelyUnwrapped
        let table = store.table.unsafelyUnwrapped
        let mix = table.mix
        let view = table.view
        let mixed = self.mixed
        let wordCount = self.wordCount
        let count = batch.count
        var state = UnsafePointer(batch.words)
        let isDone = engine.keys(state, count: count, shares: dense.shares, into: mixed)
        var index = 0
        while index < count {
            let key = isDone ? dense.key(state, sum: mixed[index]) : dense.key(state)
            if key == DenseFolding.full { return false }
            let place = mix.mixed(key)
            view.prefetch(place)
            mixed[index] = place
            state += wordCount
            index &+= 1
        }
        return true
    }

    /// False if a dictionary must grow first.
    private mutating func mixFolded(_ stateCount: Int, _ store: StateStore) -> Bool {
        let folding = store.folding.unsafelyUnwrapped
        if memory == nil { memory = StateFolding.Memory(nodeCount: folding.nodeCount) }
        let memory = self.memory.unsafelyUnwrapped
        let table = store.table.unsafelyUnwrapped
        let mix = table.mix
        let view = table.view
        let mixed = self.mixed
        for state in 0..<stateCount {
            var index = Int(batch.states[state].first)
            let end = index &+ Int(batch.states[state].count)
            if level.number >= 0 { folding.remember(states.state(state), memory) }
            while index < end {
                let key = folding.key(batch.words + index &* wordCount, memory)
                if key == StateFolding.full { return false }
                mixed[index] = mix.mixed(key)
                view.prefetch(mixed[index])
                index &+= 1
            }
        }
        return true
    }
}
