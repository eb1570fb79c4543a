// Wide states as keys of at most 60 bits, without loss: "collapse" (Holzmann, "State compression in SPIN", 1997) with
// the parts put together in a tree (Blom, Lisser, van de Pol and Weber, "A database approach to distributed state space
// generation", 2009; Laarman, van de Pol and Weber, "Parallel recursive state compression for free", SPIN 2011).
//
// The used bits of a state are cut into parts of equal size, of at most 60 bits. A dictionary numbers the values of each
// part; pairs of numbers are values of the next dictionaries, and the last pair is the key. A part of so few bits that a
// number would have as many is taken as it is. Parts change seldom from a state to its successor, so the numbers of the
// state that is expanded are kept and only what differs is looked up.

import Program

final class StateFolding: @unchecked Sendable {
    /// A run of bits of a word that goes into a part.
    private struct Piece {
        var word: Int
        var shift: UInt64
        var mask: UInt64
        /// Where it goes in the part.
        var position: UInt64
    }

    private struct Node {
        /// Of a leaf: its pieces. Of another: its children.
        var pieces: Range<Int>
        var left = -1
        var right = -1
        var leftBits: UInt64 = 0
        /// Bits of what stands for it in the node above.
        var bits: Int
        /// None: the value stands for itself.
        var dictionary: Unmanaged<PartDictionary>?
    }

    private let pieces: UnsafeMutablePointer<Piece>
    private let nodes: UnsafeMutablePointer<Node>
    let nodeCount: Int
    private let leafCount: Int
    let wordCount: Int
    /// The two nodes whose numbers make up the key, and how far the second is shifted.
    private let rootLeft: Int
    private let rootRight: Int
    private let rootShift: UInt64
    let keyBits: Int
    let dictionaries: [PartDictionary]

    private static let partBitsMax = 60

    /// Nil if there is no memory for the dictionaries.
    init?(layout: StateLayout) {
        wordCount = layout.wordCount
        let runs = Self.usedBits(layout)
        let total = runs.reduce(0, +)
        let parts = max(2, (total + Self.partBitsMax - 1) / Self.partBitsMax)
        var pieceList: [Piece] = []
        var nodeList: [Node] = []
        var made: [PartDictionary] = []
        func finish(_ node: Node) -> Bool {
            var node = node
            if node.bits > PartDictionary.numberBits {
                guard let dictionary = PartDictionary() else { return false }
                made.append(dictionary)
                node.dictionary = Unmanaged.passUnretained(dictionary)
                node.bits = PartDictionary.numberBits
            }
            nodeList.append(node)
            return true
        }
        var word = 0
        var shift = 0
        for part in 0..<parts {
            let first = pieceList.count
            let wanted = total * (part + 1) / parts - total * part / parts
            var taken = 0
            while taken < wanted {
                if shift == runs[word] {
                    word += 1
                    shift = 0
                    continue
                }
                let count = min(wanted - taken, runs[word] - shift)
                pieceList.append(
                    Piece(word: word, shift: UInt64(shift), mask: ~0 >> UInt64(64 - count), position: UInt64(taken)))
                taken += count
                shift += count
            }
            guard finish(Node(pieces: first..<pieceList.count, bits: wanted)) else { return nil }
        }
        leafCount = parts
        var row = Array(0..<parts)
        while row.count > 2 {
            var above: [Int] = []
            for index in stride(from: 0, to: row.count - 1, by: 2) {
                let (left, right) = (row[index], row[index + 1])
                let bits = nodeList[left].bits
                guard
                    finish(
                        Node(
                            pieces: 0..<0, left: left, right: right, leftBits: UInt64(bits),
                            bits: bits + nodeList[right].bits))
                else { return nil }
                above.append(nodeList.count - 1)
            }
            if row.count % 2 == 1 { above.append(row[row.count - 1]) }
            row = above
        }
        rootLeft = row[0]
        rootRight = row[1]
        rootShift = UInt64(nodeList[row[0]].bits)
        keyBits = nodeList[row[0]].bits + nodeList[row[1]].bits
        dictionaries = made
        pieces = .allocate(capacity: max(1, pieceList.count))
        pieces.initialize(from: pieceList, count: pieceList.count)
        nodes = .allocate(capacity: nodeList.count)
        nodes.initialize(from: nodeList, count: nodeList.count)
        nodeCount = nodeList.count
    }

    deinit {
        pieces.deallocate()
        nodes.deallocate()
    }

    /// By word: up to which bit it is used.
    private static func usedBits(_ layout: StateLayout) -> [Int] {
        var used = [Int](repeating: 0, count: layout.wordCount)
        for field in layout.cells where field.width > 0 { used[field.word] = max(used[field.word], field.shift + field.width) }
        for field in layout.locals.joined().joined().map({ $0.field }) where field.width > 0 {
            used[field.word] = max(used[field.word], field.shift + field.width)
        }
        return used
    }

    var bytes: Int { dictionaries.reduce(0) { $0 + $1.bytes } }

    @inline(__always)
    private func leafValue(_ node: UnsafePointer<Node>, _ state: UnsafePointer<UInt64>) -> UInt64 {
        var value: UInt64 = 0
        var index = node.pointee.pieces.lowerBound
        while index < node.pointee.pieces.upperBound {
            let piece = pieces + index
            value |= ((state[piece.pointee.word] &>> piece.pointee.shift) & piece.pointee.mask) &<< piece.pointee.position
            index &+= 1
        }
        return value
    }

    /// What a thread remembers: by node, its value and its number, of the state that is expanded; and what it makes of a
    /// successor.
    struct Memory {
        let values: UnsafeMutablePointer<UInt64>
        let numbers: UnsafeMutablePointer<UInt64>
        let ownNumbers: UnsafeMutablePointer<UInt64>
        let nodeCount: Int

        init(nodeCount: Int) {
            self.nodeCount = nodeCount
            values = .allocate(capacity: nodeCount)
            // No value has so many bits: nothing is remembered yet.
            values.initialize(repeating: .max, count: nodeCount)
            numbers = .allocate(capacity: nodeCount)
            numbers.initialize(repeating: 0, count: nodeCount)
            ownNumbers = .allocate(capacity: nodeCount)
        }

        func deallocate() {
            values.deallocate()
            numbers.deallocate()
            ownNumbers.deallocate()
        }
    }

    /// No key: a dictionary must grow first.
    static let full = UInt64.max

    /// The key of a state, adding what is new; cheap if it is like the one that is remembered.
    @inline(__always)
    func key(_ state: UnsafePointer<UInt64>, _ memory: Memory) -> UInt64 {
        var index = 0
        while index < nodeCount {
            let node = UnsafePointer(nodes + index)
            let value =
                index < leafCount
                ? leafValue(node, state)
                : memory.ownNumbers[node.pointee.left]
                    | memory.ownNumbers[node.pointee.right] &<< node.pointee.leftBits
            if value == memory.values[index] {
                memory.ownNumbers[index] = memory.numbers[index]
            } else if let dictionary = node.pointee.dictionary {
                let number = dictionary._withUnsafeGuaranteedRef { $0.number(value) }
                if number == PartDictionary.full { return Self.full }
                memory.ownNumbers[index] = UInt64(number)
            } else {
                memory.ownNumbers[index] = value
            }
            index &+= 1
        }
        return memory.ownNumbers[rootLeft] | memory.ownNumbers[rootRight] &<< rootShift
    }

    /// Remembers the parts of a state that is in the set.
    func remember(_ state: UnsafePointer<UInt64>, _ memory: Memory) {
        for index in 0..<nodeCount {
            let node = UnsafePointer(nodes + index)
            let value =
                index < leafCount
                ? leafValue(node, state)
                : memory.numbers[node.pointee.left] | memory.numbers[node.pointee.right] &<< node.pointee.leftBits
            if value == memory.values[index] { continue }
            memory.values[index] = value
            memory.numbers[index] =
                node.pointee.dictionary.map { UInt64($0._withUnsafeGuaranteedRef { $0.find(value) }) } ?? value
        }
    }

    /// The key of a state if all of its parts are known.
    func findKey(_ state: UnsafePointer<UInt64>, _ memory: Memory) -> UInt64? {
        for index in 0..<nodeCount {
            let node = nodes[index]
            let value =
                index < leafCount
                ? leafValue(nodes + index, state)
                : memory.ownNumbers[node.left] | memory.ownNumbers[node.right] << node.leftBits
            var number = value
            if let dictionary = node.dictionary {
                let found = dictionary._withUnsafeGuaranteedRef { $0.find(value) }
                if found == PartDictionary.full { return nil }
                number = UInt64(found)
            }
            memory.ownNumbers[index] = number
        }
        return memory.ownNumbers[rootLeft] | memory.ownNumbers[rootRight] << rootShift
    }
}
