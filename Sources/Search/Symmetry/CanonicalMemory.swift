/// A worker's memory for `Canonicalizer`.
final class CanonicalMemory {
    let signatures: UnsafeMutablePointer<UInt64>
    let nextSignatures: UnsafeMutablePointer<UInt64>
    /// By element: the elements that it names or that name it.
    let neighbours: UnsafeMutablePointer<UInt64>
    /// By place: the element that goes there.
    let order: UnsafeMutablePointer<Int>
    /// By element: its place, the permutation that the last state took.
    let places: UnsafeMutablePointer<Int>
    let links: UnsafeMutablePointer<Link>
    let words: UnsafeMutablePointer<UInt64>
    /// What could have been picked instead, of the things that nothing told apart: in so many ways.
    var alternatives = 1.0

    struct Link {
        var from: Int
        var to: Int
        var salt: UInt64
    }

    init(_ canonicalizer: Canonicalizer) {
        let count = canonicalizer.elementCount
        signatures = .allocate(capacity: count)
        nextSignatures = .allocate(capacity: count)
        neighbours = .allocate(capacity: count)
        order = .allocate(capacity: count)
        places = .allocate(capacity: count)
        links = .allocate(capacity: max(1, canonicalizer.linksMax))
        words = .allocate(capacity: canonicalizer.wordCount)
    }

    func permutation(_ count: Int) -> [Int] { Array(UnsafeBufferPointer(start: places, count: count)) }

    deinit {
        signatures.deallocate()
        nextSignatures.deallocate()
        neighbours.deallocate()
        order.deallocate()
        places.deallocate()
        links.deallocate()
        words.deallocate()
    }
}
