import CMachine
import Execution

/// Some states of a level as the steps want them, word by word.
final class LoadedStates {
    let words: UnsafeMutablePointer<UInt64>
    private let wordCount: Int
    private let recordBytes: Int
    /// What is used of a state's last word.
    private let lastMask: UInt64

    init(_ store: StateStore) {
        wordCount = store.wordCount
        recordBytes = store.recordBytes
        let lastBytes = store.recordBytes - (store.wordCount - 1) * 8
        lastMask = lastBytes >= 8 ? ~0 : (1 << UInt64(8 * lastBytes)) - 1
        words = .allocate(capacity: StepBatch.statesMax * store.wordCount)
    }

    deinit { words.deallocate() }

    @inline(__always)
    func state(_ index: Int) -> UnsafePointer<UInt64> { UnsafePointer(words + index &* wordCount) }

    func set(_ index: Int, _ state: [UInt64]) {
        for (word, value) in state.enumerated() { words[index * wordCount + word] = value }
    }

    func load(_ records: Records, from first: Int, count: Int) {
        let words = self.words
        let mask = lastMask
        let bytes = recordBytes
        var record = records.bytes + first &* bytes
        if wordCount == 1 {
            for index in 0..<count {
                words[index] = cm_load_any(record) & mask
                record += bytes
            }
            return
        }
        let last = wordCount &- 1
        for index in 0..<count {
            let state = words + index &* wordCount
            for word in 0..<last { state[word] = cm_load_any(record + word &* 8) }
            state[last] = cm_load_any(record + last &* 8) & mask
            record += bytes
        }
    }
}
