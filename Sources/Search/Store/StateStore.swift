// The set of visited states, whichever way it is kept, and the form in which states wait in the frontier.
//
//   quotient  states of one word: the state is the key of the table;
//   folded    wider ones: dictionaries make a key of the state's parts;
//   hashed    on request: only a hash of a wide state is kept, and two states with one hash count as one;
//   plain     the states themselves in an arena: the reference, for one thread.

import CMachine
import Program

/// How visited states are kept.
public enum StoreChoice: Sendable, Equatable {
    case exact
    /// States whole, as a check on the others.
    case plain
    /// Of states that do not fit a key of 64 bits only a hash of so many bits.
    case hashed(bits: Int)
}

final class StateStore: @unchecked Sendable {
    enum Kind { case quotient, folded, hashed, plain }

    let kind: Kind
    let wordCount: Int
    let table: QuotientTable?
    let folding: StateFolding?
    /// Of `plain`.
    var plain: VisitedSet?
    /// Bytes of a state in the frontier: a key, or all its words.
    let recordBytes: Int
    /// Of the key, or 0.
    let keyBits: Int
    /// States in it; the threads of a search add to it.
    let counter: UnsafeMutablePointer<UInt64>

    /// Nil if there is no room for the smallest one.
    init?(layout: StateLayout, choice: StoreChoice, room: Int) {
        wordCount = layout.wordCount
        var kind = layout.wordCount == 1 ? Kind.quotient : .folded
        var bits = layout.bitCount
        if case .hashed(let wanted) = choice, kind == .folded {
            kind = .hashed
            bits = wanted
        }
        if choice == .plain { kind = .plain }
        self.kind = kind
        folding = kind == .folded ? StateFolding(layout: layout) : nil
        if kind == .folded {
            guard let folding else { return nil }
            bits = folding.keyBits
        }
        if kind == .plain {
            table = nil
            plain = VisitedSet(wordCount: wordCount, memoryLimit: room)
            keyBits = 0
        } else {
            guard let table = QuotientTable(keyBits: bits, room: room) else { return nil }
            self.table = table
            keyBits = bits
        }
        recordBytes = kind == .quotient || kind == .folded ? max(1, (bits + 7) / 8) : wordCount * 8
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
        if let table { return table.bytes + (folding?.bytes ?? 0) }
        return plain?.bytesUsed ?? 0
    }

    /// Entries at which the table should grow.
    var growAt: Int { table?.shape.growAt ?? .max }
    /// An insertion found no place.
    private let overflow: UnsafeMutablePointer<UInt64>
    func noteOverflow() { cm_store(overflow, 1) }
    func clearOverflow() { cm_store(overflow, 0) }
    var needsLargerTable: Bool { count >= growAt || cm_load(overflow) != 0 }

    /// The odds that a state was taken for another one: pairs of states times the odds of one pair.
    var oddsOfOmission: Double {
        guard isLossy, let table else { return 0 }
        let states = Double(count)
        var room = 1.0
        for _ in 0..<table.mix.bits { room *= 2 }
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
