// States of more bits than a key should have, as keys without loss: "collapse" (Holzmann, "State compression in SPIN",
// 1997) with parts so small that a plain array numbers their values.
//
// A part is what lies side by side and is best what changes together: a thread's program point and locals, a few
// variables. Of the values that its bits could have a model meets few; they are numbered from 0 as they come, and the key
// is the numbers side by side, each with as many bits as it needs so far. When a part meets more values than its bits can
// number, the bits are dealt out anew and the table is rebuilt (`QuotientTable`), while nobody looks.
//
// Against collapse as published: no dictionary is hashed. An array has for each value what it adds to the key, so a key
// is a handful of loads from arrays that stay in the cache, without a branch. Exact, as numbers are never given twice.

import CMachine
import Program

final class DenseFolding: @unchecked Sendable {
    /// What the hot loop needs of a part.
    struct Part {
        var word: Int
        var shift: UInt64
        var mask: UInt64
        /// By value: its number, where it goes in the key; or `unmet`.
        var shares: UnsafeMutablePointer<UInt64>
    }

    private struct Numbering {
        /// Where numbers go in the key, and with how many bits.
        var position: UInt64 = 0
        var width: UInt64 = 0
        /// By number: its value.
        var values: [UInt16] = []
        /// There was a value that its bits cannot number.
        var isTight = false
        var isNearlyFull: Bool { width >= 6 && values.count >= 7 << (width - 3) }
    }

    let parts: UnsafeMutablePointer<Part>
    let partCount: Int
    let wordCount: Int
    private var numberings: [Numbering]
    private let monitor: UnsafeMutablePointer<cm_monitor>
    private(set) var keyBits = 0

    /// Arrays of 2^this many shares: little of them is ever touched, and that stays in the cache.
    private static let partBitsMax = 14
    private static let partsMax = 60
    /// No key: some part must be widened first. No key has so many bits.
    static let full = UInt64.max
    static let keyBitsMax = 62
    private static let unmet: UInt64 = 1 << 63

    /// Nil if there would be too many parts for a key.
    init?(model: Model, layout: StateLayout) {
        let stretches = layout.stretches(model: model, bitsMax: Self.partBitsMax)
        guard !stretches.isEmpty, stretches.count <= Self.partsMax else { return nil }
        wordCount = layout.wordCount
        partCount = stretches.count
        parts = .allocate(capacity: partCount)
        numberings = stretches.map { _ in Numbering() }
        monitor = .allocate(capacity: 1)
        cm_monitor_init(monitor)
        for (index, stretch) in stretches.enumerated() {
            let room = 1 << stretch.bits
            let shares = UnsafeMutablePointer<UInt64>.allocate(capacity: room)
            shares.initialize(repeating: Self.unmet, count: room)
            (parts + index).initialize(
                to: Part(
                    word: stretch.word, shift: UInt64(stretch.shift), mask: UInt64(room - 1), shares: shares))
        }
        arrange()
    }

    deinit {
        for index in 0..<partCount { parts[index].shares.deallocate() }
        parts.deallocate()
        cm_monitor_destroy(monitor)
        monitor.deallocate()
    }

    var bytes: Int { (0..<partCount).reduce(0) { $0 + Int(parts[$1].mask + 1) * 8 } }

    // MARK: Keys

    /// The key of a state; it has the bit 2^63 if a part's value was never met.
    @inline(__always)
    private func sum(_ state: UnsafePointer<UInt64>) -> UInt64 {
        let parts = self.parts
        var sum: UInt64 = 0
        var index = 0
        while index < partCount {
            let part = parts + index
            let value = (state[part.pointee.word] &>> part.pointee.shift) & part.pointee.mask
            sum |= cm_load(part.pointee.shares + Int(truncatingIfNeeded: value))
            index &+= 1
        }
        return sum
    }

    /// The key of a state, or `full`.
    @inline(__always)
    func key(_ state: UnsafePointer<UInt64>) -> UInt64 {
        let sum = sum(state)
        return sum & Self.unmet == 0 ? sum : add(state)
    }

    /// The key of a state if all of its parts were met.
    func findKey(_ state: UnsafePointer<UInt64>) -> UInt64? {
        let sum = sum(state)
        return sum & Self.unmet == 0 ? sum : nil
    }

    /// Writes the state that a key stands for.
    func unfold(_ key: UInt64, into state: UnsafeMutablePointer<UInt64>) {
        for word in 0..<wordCount { state[word] = 0 }
        for index in 0..<partCount {
            let (part, numbering) = (parts[index], numberings[index])
            let number = (key >> numbering.position) & ((1 << numbering.width) - 1)
            state[part.word] |= UInt64(numbering.values[Int(number)]) << part.shift
        }
    }

    /// The key of a state, whose values get numbers where they have none; or `full`.
    @inline(never)
    private func add(_ state: UnsafePointer<UInt64>) -> UInt64 {
        cm_lock(monitor)
        defer { cm_unlock(monitor) }
        for index in 0..<partCount {
            let part = parts[index]
            let value = (state[part.word] >> part.shift) & part.mask
            if part.shares[Int(value)] != Self.unmet { continue }
            let number = UInt64(numberings[index].values.count)
            if number >> numberings[index].width != 0 {
                numberings[index].isTight = true
                return Self.full
            }
            numberings[index].values.append(UInt16(value))
            cm_store(part.shares + Int(value), number << numberings[index].position)
        }
        return sum(state)
    }

    // MARK: Widening, while nobody looks

    /// A part has met a value that its bits cannot number.
    var isTight: Bool { numberings.contains { $0.isTight } }

    /// How the numbers lie in a key.
    typealias Arrangement = [(position: UInt64, mask: UInt64)]

    var arrangement: Arrangement { numberings.map { ($0.position, (1 << $0.width) - 1) } }

    /// Gives the parts that need it another bit, and those that will need it soon, so that the table is rebuilt only
    /// once. False if the key would have too many.
    func widen() -> Bool {
        let tight = numberings.indices.filter { numberings[$0].isTight }
        guard keyBits + tight.count <= Self.keyBitsMax else { return false }
        let soon = numberings.indices.filter { !numberings[$0].isTight && numberings[$0].isNearlyFull }
        for index in tight { widen(index) }
        if keyBits + tight.count + soon.count <= Self.keyBitsMax { soon.forEach(widen) }
        arrange()
        return true
    }

    private func widen(_ index: Int) {
        numberings[index].width += 1
        numberings[index].isTight = false
    }

    /// How keys of an earlier arrangement become keys of this one.
    func change(from earlier: Arrangement) -> KeyChange {
        KeyChange(from: earlier, to: numberings.map(\.position))
    }

    private func arrange() {
        var position: UInt64 = 0
        for index in 0..<partCount {
            numberings[index].position = position
            for (number, value) in numberings[index].values.enumerated() {
                parts[index].shares[Int(value)] = UInt64(number) << position
            }
            position += numberings[index].width
        }
        keyBits = Int(position)
    }
}

/// Puts the numbers of a key where another arrangement has them.
final class KeyChange: Sendable {
    private struct Field {
        var from: UInt64
        var mask: UInt64
        var to: UInt64
    }

    nonisolated(unsafe) private let fields: UnsafeMutablePointer<Field>
    private let count: Int

    init(from earlier: DenseFolding.Arrangement, to positions: [UInt64]) {
        count = positions.count
        fields = .allocate(capacity: max(1, count))
        for (index, field) in earlier.enumerated() {
            (fields + index).initialize(to: Field(from: field.position, mask: field.mask, to: positions[index]))
        }
    }

    deinit { fields.deallocate() }

    func key(_ key: UInt64) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<count {
            let field = fields + index
            result |= ((key &>> field.pointee.from) & field.pointee.mask) &<< field.pointee.to
        }
        return result
    }
}
