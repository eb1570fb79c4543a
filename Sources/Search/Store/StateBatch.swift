/// Successors on their way into the visited set. They wait here until there are enough of them that the table's lines
/// can be fetched together.
struct StateBatch: ~Copyable {
    static let capacity = 256
    let wordCount: Int
    private let words: UnsafeMutablePointer<UInt64>
    private let hashes: UnsafeMutablePointer<UInt64>
    private(set) var count = 0
    /// Takes what the early loads yield, so that they are not optimised away.
    private var sink: UInt64 = 0

    init(wordCount: Int) {
        self.wordCount = wordCount
        words = .allocate(capacity: Self.capacity * wordCount)
        hashes = .allocate(capacity: Self.capacity)
    }

    deinit {
        words.deallocate()
        hashes.deallocate()
    }

    var isFull: Bool { count == Self.capacity }

    @inline(__always)
    func state(_ index: Int) -> UnsafePointer<UInt64> { UnsafePointer(words + index * wordCount) }

    @inline(__always)
    func hash(_ index: Int) -> UInt64 { hashes[index] }

    @inline(__always)
    mutating func append(_ state: UnsafePointer<UInt64>) {
        let target = words + count * wordCount
        for index in 0..<wordCount { target[index] = state[index] }
        hashes[count] = VisitedSet.hash(state, wordCount)
        count += 1
    }

    /// Brings the lines that the batch will need into the cache.
    mutating func prepare(_ store: borrowing VisitedSet) {
        var sum: UInt64 = 0
        for index in 0..<count { sum &+= store.touch(hashes[index]) }
        for index in 0..<count { sum &+= store.touchState(hashes[index]) }
        sink &+= sum
    }

    mutating func removeAll() { count = 0 }
}
