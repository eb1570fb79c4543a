import CMachine

/// Numbers the values of a part of the state, from 0, and tells the value of a number. Values are never taken out.
///
/// Looking up and adding need no lock: a value is written before its number is published by compare-and-swap. Two
/// threads that add the same value at once may use up two numbers, of which one is never seen. Growing is for when
/// nobody looks.
final class PartDictionary: @unchecked Sendable {
    /// Numbers have so many bits.
    static let numberBits = 30
    /// No place for another value: the dictionary must grow.
    static let full = UInt32.max

    /// Numbers plus 1, by hash of their value; 0 is free.
    private var places: UnsafeMutablePointer<UInt32>
    private var placeBits = 10
    /// Values by number, in segments that double: the first has 2^12, the others as many as all before.
    private let segments: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>?>
    private static let firstBits = 12
    private let counter: UnsafeMutablePointer<UInt64>
    private let monitor: UnsafeMutablePointer<cm_monitor>

    init?() {
        guard let places = cm_map(4 << placeBits) else { return nil }
        self.places = places.assumingMemoryBound(to: UInt32.self)
        segments = .allocate(capacity: 32)
        segments.initialize(repeating: nil, count: 32)
        counter = .allocate(capacity: 1)
        counter.initialize(to: 0)
        monitor = .allocate(capacity: 1)
        cm_monitor_init(monitor)
    }

    deinit {
        cm_unmap(places, 4 << placeBits)
        for segment in 0..<32 {
            if let values = segments[segment] { cm_unmap(values, Self.segmentBytes(segment)) }
        }
        segments.deallocate()
        counter.deallocate()
        cm_monitor_destroy(monitor)
        monitor.deallocate()
    }

    private static func segmentBytes(_ segment: Int) -> Int { 8 << (segment == 0 ? firstBits : firstBits + segment - 1) }

    var count: Int { Int(cm_load(counter)) }
    /// In use. Pages of a segment that were never written take no room.
    var bytes: Int { count * 8 + 4 << placeBits }
    var needsToGrow: Bool { count >= growAt }
    private var growAt: Int { (3 << placeBits) >> 2 }

    @inline(__always)
    private func hash(_ value: UInt64) -> Int {
        var x = value ^ (value &>> 32)
        x = x &* 0xbf58_476d_1ce4_e5b9
        x ^= x &>> 29
        x = x &* 0x94d0_49bb_1331_11eb
        return Int(truncatingIfNeeded: x &>> UInt64(64 &- placeBits))
    }

    @inline(__always)
    private func address(_ number: UInt32) -> (segment: Int, index: Int) {
        if number < 1 << UInt32(Self.firstBits) { return (0, Int(number)) }
        let top = 31 &- number.leadingZeroBitCount
        return (top &- Self.firstBits &+ 1, Int(number) &- (1 &<< top))
    }

    @inline(__always)
    func value(_ number: UInt32) -> UInt64 {
        let (segment, index) = address(number)
        return segments[segment].unsafelyUnwrapped[index]
    }

    /// The number of a value, which is added if it is new; `full` if there is no room.
    @inline(__always)
    func number(_ value: UInt64) -> UInt32 {
        let last = (1 &<< placeBits) &- 1
        var place = hash(value)
        var own = Self.full
        while true {
            let entry = cm_load32(places + place)
            if entry == 0 {
                if own == Self.full {
                    own = add(value)
                    if own == Self.full { return own }
                }
                if cm_claim32(places, UInt32(truncatingIfNeeded: place), own &+ 1) { return own }
                continue
            }
            if self.value(entry &- 1) == value { return entry &- 1 }
            place = (place &+ 1) & last
        }
    }

    /// The number of a value, or `full` if it was never added.
    func find(_ value: UInt64) -> UInt32 {
        let last = (1 << placeBits) - 1
        var place = hash(value)
        while true {
            let entry = cm_load32(places + place)
            if entry == 0 { return Self.full }
            if self.value(entry - 1) == value { return entry - 1 }
            place = (place + 1) & last
        }
    }

    /// Gives a value a number that nobody knows yet.
    @inline(never)
    private func add(_ value: UInt64) -> UInt32 {
        // A few more may slip in, as many as there are threads; there are always free places.
        if count >= growAt { return Self.full }
        let number = UInt32(truncatingIfNeeded: cm_add(counter, 1))
        let (segment, index) = address(number)
        cm_lock(monitor)
        if segments[segment] == nil {
            segments[segment] = cm_map(Self.segmentBytes(segment))?.assumingMemoryBound(to: UInt64.self)
        }
        cm_unlock(monitor)
        guard let values = segments[segment] else { return Self.full }
        values[index] = value
        return number
    }

    /// Doubles the places; false if that takes more than `room` or there are too many values. Nobody may look meanwhile.
    func grow(room: Int) -> Bool {
        guard 8 << placeBits <= room, placeBits < Self.numberBits, let larger = cm_map(8 << placeBits) else { return false }
        let old = places
        let oldCount = 1 << placeBits
        places = larger.assumingMemoryBound(to: UInt32.self)
        placeBits += 1
        let last = (1 << placeBits) - 1
        for index in 0..<oldCount where old[index] != 0 {
            var place = hash(value(old[index] - 1))
            while places[place] != 0 { place = (place + 1) & last }
            places[place] = old[index]
        }
        cm_unmap(old, oldCount * 4)
        return true
    }
}
