// The set of visited states, whichever way it is kept.
//
//   quotient  states of few bits: the state is the key of the table;
//   dense     wider ones: small arrays number the values of the state's parts, and the numbers make the key;
//   folded    those of so many parts that their numbers make no key: dictionaries number parts and pairs of parts;
//   hashed    on request: only a hash of a wide state is kept, and two states with one hash count as one;
//   plain     the states themselves in an arena: the reference, for one thread.
//
// A store that begins as dense becomes folded if it has to. States wait in the frontier and in the log as they are, so
// that these do not depend on how the set is kept.

import CMachine
import Program

/// How visited states are kept.
public enum StoreChoice: Sendable, Equatable {
    case exact
    /// States whole, as a check on the others.
    case plain
    /// Of states that do not fit into 64 bits only a hash of so many bits.
    case hashed(bits: Int)
    /// Exact, by dictionaries from the start: a check on `exact`.
    case folded
}

final class StateStore: @unchecked Sendable {
    enum Kind { case quotient, dense, folded, hashed, plain }

    private(set) var kind: Kind
    let layout: StateLayout
    let wordCount: Int
    let table: QuotientTable?
    let dense: DenseFolding?
    private(set) var folding: StateFolding?
    /// Of `plain`.
    var plain: VisitedSet?
    /// Bits of a hash.
    let hashBits: Int
    /// Bytes of a state in the frontier: its words, without what the last one does not use.
    let recordBytes: Int
    /// States in it; the threads of a search add to it.
    let counter: UnsafeMutablePointer<UInt64>
    /// An insertion found no place.
    private let overflow: UnsafeMutablePointer<UInt64>

    /// States of so many bits at most are keys as they are: more would need table entries of 64 bits.
    static let directBitsMax = 51

    /// Nil if there is no room for the smallest one.
    init?(
        model: Model, layout: StateLayout, choice: StoreChoice, directBitsMax: Int = StateStore.directBitsMax, room: Int
    ) {
        self.layout = layout
        wordCount = layout.wordCount
        recordBytes = layout.recordBytes
        var dense: DenseFolding?
        var folding: StateFolding?
        var hashBits = 0
        var keyBits = layout.wordCount == 1 ? layout.usedBits(of: 0) : 0
        kind = .quotient
        switch choice {
        case .plain: kind = .plain
        case .hashed(let bits) where layout.wordCount > 1:
            kind = .hashed
            hashBits = bits
            keyBits = bits
        case .folded: kind = .folded
        case .exact, .hashed:
            if layout.wordCount > 1 || keyBits > directBitsMax {
                dense = DenseFolding(model: model, layout: layout)
                kind = dense == nil ? .folded : .dense
            }
        }
        if let dense { keyBits = dense.keyBits }
        if kind == .folded {
            guard let made = StateFolding(layout: layout) else { return nil }
            folding = made
            keyBits = made.keyBits
        }
        self.dense = dense
        self.folding = folding
        self.hashBits = hashBits
        if kind == .plain {
            table = nil
            plain = VisitedSet(wordCount: wordCount, memoryLimit: room)
        } else {
            guard let table = QuotientTable(keyBits: keyBits, mayWiden: kind == .dense, room: room) else { return nil }
            self.table = table
        }
        counter = .allocate(capacity: 1)
        counter.initialize(to: 0)
        overflow = .allocate(capacity: 1)
        overflow.initialize(to: 0)
    }

    deinit {
        counter.deallocate()
        overflow.deallocate()
    }

    var count: Int { Int(cm_load(counter)) }
    var isLossy: Bool { kind == .hashed }
    /// Several threads may insert.
    var isShared: Bool { kind != .plain }

    var bytes: Int {
        if let table { return table.bytes + (folding?.bytes ?? 0) + (dense?.bytes ?? 0) }
        return plain?.bytesUsed ?? 0
    }

    // MARK: Growing, while nobody looks

    func noteOverflow() { cm_store(overflow, 1) }
    func clearOverflow() { cm_store(overflow, 0) }
    private var needsLargerTable: Bool { count >= table!.shape.growAt || cm_load(overflow) != 0 }

    enum Growth {
        /// Nothing to do, or it is done.
        case done
        /// The table's parts are to be moved.
        case begun
        /// There is no room; the store can be filled to the brim.
        case noRoom
        /// There is no room, and what it holds can no longer be told.
        case broken
    }

    /// Begins to make room where it is needed. `room` is what the store may take in all.
    func beginGrowing(room: Int) -> Growth {
        guard let table else { return .noRoom }
        let room = room - (bytes - table.bytes)
        if kind == .dense, let dense, dense.isTight {
            guard dense.widen() else { return changeToFolding(dense, room: room) }
            switch table.beginWidening(keyBits: dense.keyBits, count: count, room: room) {
            case .begun: return .begun
            case .noRoom: return .broken
            case .done: break
            }
        }
        for dictionary in folding?.dictionaries ?? [] where dictionary.needsToGrow {
            if !dictionary.grow(room: room - table.bytes) { return .broken }
        }
        guard needsLargerTable else { return .done }
        return table.beginGrowing(room: room) ? .begun : .noRoom
    }

    /// The parts have too many values for a key: dictionaries take over.
    private func changeToFolding(_ dense: DenseFolding, room: Int) -> Growth {
        guard let folding = StateFolding(layout: layout), let table else { return .broken }
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: wordCount)
        let memory = StateFolding.Memory(nodeCount: folding.nodeCount)
        defer {
            words.deallocate()
            memory.deallocate()
        }
        var isWhole = true
        withoutActuallyEscaping({ (key: UInt64) -> UInt64 in
            dense.unfold(key, into: words)
            while true {
                let folded = folding.key(words, memory)
                if folded != StateFolding.full { return folded }
                for dictionary in folding.dictionaries where dictionary.needsToGrow {
                    if !dictionary.grow(room: room - table.bytes - folding.bytes) {
                        isWhole = false
                        return 0
                    }
                }
            }
        }) { rekey in
            if table.beginRekeying(keyBits: folding.keyBits, count: count, room: room - folding.bytes, rekey) {
                table.moveParts()
                isWhole = table.finishGrowing() && isWhole
            } else {
                isWhole = false
            }
        }
        self.folding = folding
        kind = .folded
        return isWhole ? .done : .broken
    }

    // MARK: Hashes

    /// The odds that a state was taken for another one: pairs of states times the odds of one pair.
    var oddsOfOmission: Double {
        guard isLossy else { return 0 }
        let states = Double(count)
        var room = 1.0
        for _ in 0..<hashBits { room *= 2 }
        return min(1, states * (states - 1) / 2 / room)
    }

    /// Hash of a wide state, for a table of hashes: already as mixed as a key.
    @inline(__always)
    static func hash(_ state: UnsafePointer<UInt64>, _ wordCount: Int, bits: Int) -> UInt64 {
        let hash = VisitedSet.hash(state, wordCount)
        // Once more, as all bits count here.
        return ((hash ^ hash &>> 32) &* 0x9e37_79b9_7f4a_7c15) &>> UInt64(64 &- bits)
    }
}

extension StateLayout {
    /// Up to which bit a word is used.
    func usedBits(of word: Int) -> Int {
        let fields = cells + locals.joined().joined().map(\.field)
        return fields.filter { $0.word == word && $0.width > 0 }.map { $0.shift + $0.width }.max() ?? 0
    }

    /// Bytes of a state that waits in the frontier.
    var recordBytes: Int { max(1, (wordCount - 1) * 8 + (usedBits(of: wordCount - 1) + 7) / 8) }
}
