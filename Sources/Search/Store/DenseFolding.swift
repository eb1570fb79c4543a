// States of more bits than a key should have, as keys without loss: "collapse" (Holzmann, "State compression in SPIN",
// 1997) with parts so small that a plain array numbers their values.
//
// A part is what lies side by side and is best what changes together: a thread's program point and locals, a few
// variables. Of the values that its bits could have a model meets few; they are numbered from 0 as they come, and the key
// has the bits of all numbers. When a part meets more values than its bits can number, it gets another one, at the top of
// the key, so keys given earlier stay what they are; the table is rebuilt for longer keys (`QuotientTable`), while nobody
// looks.
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
        /// Where the bits of a number go in the key, the lowest first.
        var bits: [UInt64] = []
        /// By number: its value.
        var values: [UInt16] = []
        /// There was a value that its bits cannot number.
        var isTight = false

        /// A number, where it goes in the key.
        func share(_ number: Int) -> UInt64 {
            bits.enumerated().reduce(0) { $0 | UInt64(number >> $1.offset & 1) << $1.element }
        }

        func number(_ key: UInt64) -> Int {
            bits.enumerated().reduce(0) { $0 | Int(key >> $1.element & 1) << $1.offset }
        }
    }

    let stretches: [StateStretch]
    let parts: UnsafeMutablePointer<Part>
    /// Each part's array, for machine code.
    let shares: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>
    let partCount: Int
    let wordCount: Int
    private var numberings: [Numbering]
    private let monitor: UnsafeMutablePointer<cm_monitor>
    private(set) var keyBits = 0
    var bitsMax = keyBitsMax

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
        self.stretches = stretches
        wordCount = layout.wordCount
        partCount = stretches.count
        parts = .allocate(capacity: partCount)
        shares = .allocate(capacity: partCount)
        numberings = stretches.map { _ in Numbering() }
        monitor = .allocate(capacity: 1)
        cm_monitor_init(monitor)
        for (index, stretch) in stretches.enumerated() {
            let room = 1 << stretch.bits
            let own = UnsafeMutablePointer<UInt64>.allocate(capacity: room)
            own.initialize(repeating: Self.unmet, count: room)
            (shares + index).initialize(to: own)
            (parts + index).initialize(
                to: Part(
                    word: stretch.word, shift: UInt64(stretch.shift), mask: UInt64(room - 1), shares: own))
        }
    }

    deinit {
        for index in 0..<partCount { parts[index].shares.deallocate() }
        parts.deallocate()
        shares.deallocate()
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

    /// The same for what machine code made of it.
    @inline(__always)
    func key(_ state: UnsafePointer<UInt64>, sum: UInt64) -> UInt64 { sum & Self.unmet == 0 ? sum : add(state) }

    /// The key of a state if all of its parts were met.
    func findKey(_ state: UnsafePointer<UInt64>) -> UInt64? {
        let sum = sum(state)
        return sum & Self.unmet == 0 ? sum : nil
    }

    /// Writes the state that a key stands for.
    func unfold(_ key: UInt64, into state: UnsafeMutablePointer<UInt64>) {
        for word in 0..<wordCount { state[word] = 0 }
        for index in 0..<partCount {
            let number = numberings[index].number(key)
            state[parts[index].word] |= UInt64(numberings[index].values[number]) << parts[index].shift
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
            let number = numberings[index].values.count
            if number >> numberings[index].bits.count != 0 {
                numberings[index].isTight = true
                return Self.full
            }
            numberings[index].values.append(UInt16(value))
            cm_store(part.shares + Int(value), numberings[index].share(number))
        }
        return sum(state)
    }

    // MARK: Widening, while nobody looks

    /// A part has met a value that its bits cannot number.
    var isTight: Bool { numberings.contains { $0.isTight } }

    /// Gives the parts that need it another bit. False if the key would have too many.
    func widen() -> Bool {
        guard keyBits + numberings.count(where: \.isTight) <= bitsMax else { return false }
        for index in numberings.indices where numberings[index].isTight {
            numberings[index].bits.append(UInt64(keyBits))
            numberings[index].isTight = false
            keyBits += 1
        }
        return true
    }
}
