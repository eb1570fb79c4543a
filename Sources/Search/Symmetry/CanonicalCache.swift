import Program

/// The canonical forms of the states that one worker met last. A state is reached from several others, most of them
/// expanded soon after one another, and its form is found sooner than made again.
///
/// Direct-mapped: a state has one place, and the next one that is sent there takes it. Whether a form comes from here or is
/// made depends on what the worker did before; what it is, does not.
final class CanonicalCache {
    /// Of so many bytes, to stay in the processor's own cache.
    private static let bytes = 1 << 18
    /// Wider states are told apart as slowly as they are permuted.
    private static let wordsMax = 8

    private let wordCount: Int
    private let mask: Int
    /// By place: a state, and behind it its form.
    private let entries: UnsafeMutablePointer<UInt64>

    /// Nil where it is not worth it.
    init?(_ canonicalizer: Canonicalizer, _ memory: CanonicalMemory) {
        wordCount = canonicalizer.wordCount
        guard wordCount <= Self.wordsMax else { return nil }
        var count = 1
        while 2 * count * 2 * wordCount * 8 <= Self.bytes { count *= 2 }
        mask = count - 1
        entries = .allocate(capacity: 2 * wordCount * count)
        entries.initialize(repeating: 0, count: 2 * wordCount * count)
        // At first each place has the state of zeros, and what that stands for.
        _ = canonicalizer.canonicalize(entries + wordCount, memory)
        for place in 1..<max(2, count) where place < count {
            let form = entries + (2 * place + 1) * wordCount
            for word in 0..<wordCount { form[word] = entries[wordCount + word] }
        }
    }

    deinit { entries.deallocate() }

    /// Puts a state into its canonical form.
    @inline(__always)
    func canonicalize(
        _ words: UnsafeMutablePointer<UInt64>, _ canonicalizer: Canonicalizer, _ memory: CanonicalMemory
    ) {
        let wordCount = self.wordCount
        var hash = words[0]
        for word in 1..<max(1, wordCount) { hash = (hash ^ (hash &>> 29)) &* 0xBF58_476D_1CE4_E5B9 ^ words[word] }
        hash = hash &* 0x9E37_79B9_7F4A_7C15
        let entry = entries + (Int(truncatingIfNeeded: hash &>> 40) & mask) &* (2 &* wordCount)
        var difference: UInt64 = 0
        for word in 0..<wordCount { difference |= entry[word] ^ words[word] }
        if difference == 0 {
            for word in 0..<wordCount { words[word] = entry[wordCount &+ word] }
            return
        }
        for word in 0..<wordCount { entry[word] = words[word] }
        _ = canonicalizer.canonicalize(words, memory)
        for word in 0..<wordCount { entry[wordCount &+ word] = words[word] }
    }
}
