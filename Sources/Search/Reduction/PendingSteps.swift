/// States that a worker has come to and in which one thread is taken alone: they are gone through at once, and not
/// stored.
final class PendingSteps {
    private let wordCount: Int
    private(set) var count = 0
    private var capacity = 1024
    private var words: UnsafeMutablePointer<UInt64>
    private var threads: UnsafeMutablePointer<Int32>
    /// For `PartialOrder.threadsToTake`.
    let scratch: UnsafeMutablePointer<Int32>
    /// By state of a batch: the thread that is taken alone, or -1.
    let chosen: UnsafeMutablePointer<Int32>
    /// States whose thread turned out to be able to do nothing but fail.
    var restored: [[UInt64]] = []
    /// Successors looked at, and those that were gone through at once, in this level.
    var looks = 0
    var passed = 0

    init(wordCount: Int, threadCount: Int, batch: Int) {
        self.wordCount = wordCount
        words = .allocate(capacity: capacity * wordCount)
        threads = .allocate(capacity: capacity)
        scratch = .allocate(capacity: max(1, threadCount))
        chosen = .allocate(capacity: batch)
        chosen.initialize(repeating: -1, count: batch)
    }

    deinit {
        words.deallocate()
        threads.deallocate()
        scratch.deallocate()
        chosen.deallocate()
    }

    @inline(__always)
    func push(_ state: UnsafePointer<UInt64>, thread: Int) {
        if count == capacity { grow() }
        let place = words + count &* wordCount
        for word in 0..<wordCount { place[word] = state[word] }
        threads[count] = Int32(truncatingIfNeeded: thread)
        count &+= 1
    }

    /// Takes so many off the end; their threads are in `chosen` then.
    func take(_ wanted: Int, into states: UnsafeMutablePointer<UInt64>) {
        count -= wanted
        states.update(from: words + count * wordCount, count: wanted * wordCount)
        chosen.update(from: threads + count, count: wanted)
    }

    @inline(never)
    private func grow() {
        let moreWords = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * capacity * wordCount)
        moreWords.update(from: words, count: count * wordCount)
        words.deallocate()
        words = moreWords
        let moreThreads = UnsafeMutablePointer<Int32>.allocate(capacity: 2 * capacity)
        moreThreads.update(from: threads, count: count)
        threads.deallocate()
        threads = moreThreads
        capacity *= 2
    }
}
