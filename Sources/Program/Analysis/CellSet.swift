/// A set of cells of shared memory, one bit each.
public struct CellSet: Equatable, Sendable {
    public private(set) var words: [UInt64]

    /// The empty set over a model with so many cells.
    public init(cellCount: Int) {
        words = [UInt64](repeating: 0, count: (cellCount + 63) / 64)
    }

    public mutating func insert(_ cell: CellID) {
        guard cell >= 0, cell >> 6 < words.count else { return }
        words[cell >> 6] |= 1 << UInt64(cell & 63)
    }

    public mutating func remove(_ cell: CellID) {
        if contains(cell) { words[cell >> 6] &= ~(1 << UInt64(cell & 63)) }
    }

    public func contains(_ cell: CellID) -> Bool {
        cell >= 0 && cell >> 6 < words.count && words[cell >> 6] >> UInt64(cell & 63) & 1 != 0
    }

    /// True if the set has grown.
    @discardableResult
    public mutating func formUnion(_ other: CellSet) -> Bool {
        var added: UInt64 = 0
        for index in words.indices {
            added |= other.words[index] & ~words[index]
            words[index] |= other.words[index]
        }
        return added != 0
    }

    public mutating func formIntersection(_ other: CellSet) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    public func intersects(_ other: CellSet) -> Bool {
        for index in words.indices where words[index] & other.words[index] != 0 { return true }
        return false
    }

    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Ascending.
    public var members: [CellID] {
        var found: [CellID] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                found.append(index << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return found
    }

    /// Every member moved up by `distance`; what leaves the memory is dropped, as no address is out there.
    public func shifted(by distance: Int, cellCount: Int) -> CellSet {
        if distance == 0 { return self }
        var result = CellSet(cellCount: cellCount)
        for cell in members where cell + distance > 0 && cell + distance < cellCount { result.insert(cell + distance) }
        return result
    }
}
