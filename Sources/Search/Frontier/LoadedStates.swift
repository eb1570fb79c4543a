import CMachine
import Execution

/// Some states of a level as the steps want them, word by word, made from their frontier form.
final class LoadedStates {
    let words: UnsafeMutablePointer<UInt64>
    private let wordCount: Int
    private let store: StateStore
    private let recordMask: UInt64
    /// Of folded states: by state, what their parts are.
    private let memories: [StateFolding.Memory]

    init(_ store: StateStore) {
        self.store = store
        wordCount = store.wordCount
        recordMask = store.recordBytes >= 8 ? ~0 : (1 << UInt64(8 * store.recordBytes)) - 1
        words = .allocate(capacity: StepBatch.statesMax * store.wordCount)
        memories =
            store.folding.map { folding in
                (0..<StepBatch.statesMax).map { _ in StateFolding.Memory(nodeCount: folding.nodeCount) }
            } ?? []
    }

    deinit {
        words.deallocate()
        for memory in memories { memory.deallocate() }
    }

    @inline(__always)
    func state(_ index: Int) -> UnsafePointer<UInt64> { UnsafePointer(words + index &* wordCount) }

    @inline(__always)
    func memory(_ index: Int) -> StateFolding.Memory { memories[index] }

    /// Forgets the parts, so that none is taken for that of another state.
    func forget() {
        for memory in memories { memory.values.update(repeating: .max, count: memory.nodeCount) }
    }

    func load(_ records: Records, from first: Int, count: Int) {
        let bytes = store.recordBytes
        var record = records.bytes + first &* bytes
        switch store.kind {
        case .quotient:
            let words = self.words
            let mask = recordMask
            for index in 0..<count {
                words[index] = cm_load_any(record) & mask
                record += bytes
            }
        case .folded:
            let folding = store.folding.unsafelyUnwrapped
            for index in 0..<count {
                folding.unfold(cm_load_any(record) & recordMask, into: words + index &* wordCount, memory(index))
                record += bytes
            }
        case .hashed, .plain:
            for word in 0..<count &* wordCount { words[word] = cm_load_any(record + word &* 8) }
        }
    }
}
