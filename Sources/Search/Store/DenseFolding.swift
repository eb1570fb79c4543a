// States of more bits than a key should have, as keys without loss: "collapse" (Holzmann, "State compression in SPIN",
// 1997) with parts so small that a plain array numbers their values.
//
// A part is what belongs together and changes together: a thread's program point and locals, or a few variables. Of the
// values that its bits could have a model meets few; they are numbered from 0 as they come, and the key is the numbers
// side by side, each with as many bits as it needs so far. When a part meets more values than its bits can number, the
// bits are dealt out anew and the table is rebuilt (`QuotientTable`), while nobody looks.
//
// Against collapse as published: no dictionary is hashed, so a part costs one load from an array that stays in the cache,
// and a successor's key is made from its parent's by the parts that differ. Exact, as numbers are never given twice.

import CMachine
import Program

final class DenseFolding: @unchecked Sendable {
    struct Part {
        var word: Int
        var shift: UInt64
        var mask: UInt64
        /// Where its number goes in the key, and with how many bits.
        var position: UInt64 = 0
        var width: UInt64 = 1
        /// By value: its number plus 1, or 0 if it was never met.
        var numbers: UnsafeMutablePointer<UInt16>
        /// By number: its value.
        var values: UnsafeMutablePointer<UInt16>
        /// Values met.
        var count: UInt64 = 0
        /// There was a value that its bits cannot number.
        var isTight = false
    }

    let parts: UnsafeMutablePointer<Part>
    let partCount: Int
    let wordCount: Int
    /// By bit of a state: its part.
    private let partOfBit: UnsafeMutablePointer<UInt8>
    private let monitor: UnsafeMutablePointer<cm_monitor>
    private(set) var keyBits = 0

    /// Arrays of this many bits stay in the cache.
    private static let partBitsMax = 12
    private static let partsMax = 60
    /// No key: some part must be widened first. No key has so many bits.
    static let full = UInt64.max
    static let keyBitsMax = 62

    /// Nil if there would be too many parts for a key.
    init?(model: Model, layout: StateLayout) {
        let stretches = layout.stretches(model: model, bitsMax: Self.partBitsMax)
        guard !stretches.isEmpty, stretches.count <= Self.partsMax else { return nil }
        wordCount = layout.wordCount
        partCount = stretches.count
        parts = .allocate(capacity: partCount)
        partOfBit = .allocate(capacity: wordCount * 64)
        partOfBit.initialize(repeating: 0, count: wordCount * 64)
        monitor = .allocate(capacity: 1)
        cm_monitor_init(monitor)
        for (index, stretch) in stretches.enumerated() {
            let room = 1 << stretch.bits
            let part = Part(
                word: stretch.word, shift: UInt64(stretch.shift), mask: UInt64(room - 1),
                numbers: .allocate(capacity: room), values: .allocate(capacity: room))
            part.numbers.initialize(repeating: 0, count: room)
            part.values.initialize(repeating: 0, count: room)
            (parts + index).initialize(to: part)
            for bit in 0..<stretch.bits { partOfBit[stretch.word * 64 + stretch.shift + bit] = UInt8(index) }
        }
        arrange()
    }

    deinit {
        for index in 0..<partCount {
            parts[index].numbers.deallocate()
            parts[index].values.deallocate()
        }
        parts.deallocate()
        partOfBit.deallocate()
        cm_monitor_destroy(monitor)
        monitor.deallocate()
    }

    var bytes: Int { (0..<partCount).reduce(0) { $0 + Int(parts[$1].mask + 1) * 4 } }

    // MARK: Keys

    /// The key of a state, or `full`.
    func key(_ state: UnsafePointer<UInt64>) -> UInt64 {
        var key: UInt64 = 0
        for index in 0..<partCount {
            let part = parts + index
            let number = number(part, (state[part.pointee.word] &>> part.pointee.shift) & part.pointee.mask)
            if number == 0 { return Self.full }
            key |= UInt64(number &- 1) &<< part.pointee.position
        }
        return key
    }

    /// The key of a state that differs little from one whose key is known, or `full`.
    @inline(__always)
    func key(_ state: UnsafePointer<UInt64>, from parent: UnsafePointer<UInt64>, _ parentKey: UInt64) -> UInt64 {
        var key = parentKey
        var word = 0
        while word < wordCount {
            var difference = state[word] ^ parent[word]
            while difference != 0 {
                let bit = word &* 64 &+ difference.trailingZeroBitCount
                let part = parts + Int(partOfBit[bit])
                let shift = part.pointee.shift
                let mask = part.pointee.mask
                let old = UInt64(part.pointee.numbers[Int((parent[word] &>> shift) & mask)])
                let new = UInt64(number(part, (state[word] &>> shift) & mask))
                if new == 0 { return Self.full }
                key ^= ((old &- 1) ^ (new &- 1)) &<< part.pointee.position
                difference &= ~(mask &<< shift)
            }
            word &+= 1
        }
        return key
    }

    /// The key of a state if all of its parts were met.
    func findKey(_ state: UnsafePointer<UInt64>) -> UInt64? {
        var key: UInt64 = 0
        for index in 0..<partCount {
            let part = parts[index]
            let number = part.numbers[Int((state[part.word] >> part.shift) & part.mask)]
            if number == 0 { return nil }
            key |= UInt64(number - 1) << part.position
        }
        return key
    }

    /// Writes the state that a key stands for.
    func unfold(_ key: UInt64, into state: UnsafeMutablePointer<UInt64>) {
        for word in 0..<wordCount { state[word] = 0 }
        for index in 0..<partCount {
            let part = parts[index]
            let number = (key >> part.position) & ((1 << part.width) - 1)
            state[part.word] |= UInt64(part.values[Int(number)]) << part.shift
        }
    }

    /// The number of a value plus 1; 0 if it has none and there are no bits for another one.
    @inline(__always)
    private func number(_ part: UnsafeMutablePointer<Part>, _ value: UInt64) -> UInt16 {
        let number = cm_load16(part.pointee.numbers + Int(truncatingIfNeeded: value))
        return number != 0 ? number : add(part, value)
    }

    @inline(never)
    private func add(_ part: UnsafeMutablePointer<Part>, _ value: UInt64) -> UInt16 {
        cm_lock(monitor)
        defer { cm_unlock(monitor) }
        let place = part.pointee.numbers + Int(value)
        if place.pointee != 0 { return place.pointee }
        let count = part.pointee.count
        if count >> part.pointee.width != 0 {
            part.pointee.isTight = true
            return 0
        }
        part.pointee.values[Int(count)] = UInt16(value)
        part.pointee.count = count + 1
        cm_store16(place, UInt16(count + 1))
        return UInt16(count + 1)
    }

    // MARK: Widening, while nobody looks

    /// A part has met a value that its bits cannot number.
    var isTight: Bool { (0..<partCount).contains { parts[$0].isTight } }

    /// How the numbers lie in a key.
    struct Arrangement: Sendable {
        var fields: [(position: UInt64, mask: UInt64)]
    }

    var arrangement: Arrangement {
        Arrangement(fields: (0..<partCount).map { (parts[$0].position, (1 << parts[$0].width) - 1) })
    }

    /// Gives the parts that need it another bit. False if the key would have too many.
    func widen() -> Bool {
        let more = (0..<partCount).count { parts[$0].isTight }
        guard keyBits + more <= Self.keyBitsMax else { return false }
        for index in 0..<partCount where parts[index].isTight {
            parts[index].width += 1
            parts[index].isTight = false
        }
        arrange()
        return true
    }

    /// The key for one of an earlier arrangement.
    func key(_ key: UInt64, of earlier: Arrangement) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<partCount {
            let field = earlier.fields[index]
            result |= ((key >> field.position) & field.mask) << parts[index].position
        }
        return result
    }

    private func arrange() {
        var position: UInt64 = 0
        for index in 0..<partCount {
            parts[index].position = position
            position += parts[index].width
        }
        keyBits = Int(position)
    }
}
