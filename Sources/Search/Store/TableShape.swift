import CMachine

/// How a quotient table is laid out: where a mixed key belongs, and what is stored there of it.
///
/// The mixed keys 0 ..< 2^keyBits are dealt out to the lines in order, so that a line and what is left of the key, its
/// remainder, tell the whole. There are `parts` * 2^shift lines with 4 to 7 parts: four sizes between one power of two
/// and the next, so that a large table need not be doubled at once. Order is kept between tables of different sizes:
/// moving one into the next reads and writes from front to back.
///
/// A full line sends an entry on, first to its neighbour (the other half of a 128-byte pair, which the processor fetches
/// with it), then to lines of the same neighbourhood of 1 MiB that the remainder and the number of the attempt choose, by
/// exclusive or: so the home line can be told from where an entry was found. An entry is
/// remainder * attempts + attempt + 1, which is never 0.
struct TableShape: Equatable {
    let keyBits: Int
    let shift: Int
    let parts: Int
    let format: EntryFormat
    /// Lines where a key may be.
    let attempts: UInt64
    /// Remainders are below this.
    let remainderCount: UInt64

    static let lineBytes = 64
    /// A table is never smaller: 4 * 2^6 lines, 16 KiB.
    static let shiftMin = 6
    /// Keys are mixed over at least so many bits, for which there are always more than two keys to a line.
    static let keyBitsMin = 24
    private static let attemptsMax: UInt64 = 15
    /// With fewer lines to choose from, tables would have to grow long before they are full.
    private static let attemptsMin: UInt64 = 8
    /// Lines that entries of one home may end up in: 2^this, 1 MiB.
    private static let neighbourhoodBits = 14

    /// The narrowest entries that can hold what is left of a key.
    init(keyBits: Int, shift: Int, parts: Int) {
        precondition(keyBits >= Self.keyBitsMin && keyBits <= 64 && (4...7).contains(parts))
        precondition(shift >= Self.shiftMin && shift < keyBits - 3)
        self.keyBits = keyBits
        self.shift = shift
        self.parts = parts
        let count = (((1 as UInt64) << UInt64(keyBits - shift)) + UInt64(parts) - 1) / UInt64(parts)
        remainderCount = count
        // Room for the remainder and the number of the attempt: 2^32 - 1, 2^46 - 1 or nearly 2^64 different entries.
        let narrow = ((1 << 32) - 1) / count
        let middle = ((1 << 46) - 1) / count
        format = narrow >= Self.attemptsMin ? .narrow : middle >= Self.attemptsMin ? .middle : .wide
        attempts = min(format == .narrow ? narrow : format == .middle ? middle : .max, Self.attemptsMax)
    }

    var lineCount: Int { parts << shift }
    var bytes: Int { lineCount * Self.lineBytes }
    var entriesPerLine: Int { format.entriesPerLine }
    var entryCount: Int { lineCount * entriesPerLine }
    /// Entries at which the table should grow: up to there an entry takes little more than one look.
    var growAt: Int { format == .narrow ? entryCount / 16 * 13 : entryCount / 32 * 26 }

    var lowBits: UInt64 { UInt64(keyBits - shift) }
    /// Bits of the line's number that another attempt may change.
    var neighbourhood: UInt64 { (1 << UInt64(min(shift, Self.neighbourhoodBits))) - 1 }

    /// The first low part of a key that belongs to the line of that number among a group of `parts`.
    func start(_ part: Int) -> UInt64 {
        let whole = UInt64(part).multipliedFullWidth(by: 1 << lowBits)
        let (low, carry) = whole.low.addingReportingOverflow(UInt64(parts - 1))
        return UInt64(parts).dividingFullWidth((whole.high + (carry ? 1 : 0), low)).quotient
    }

    /// The next larger one: its number of lines grows by a quarter at most.
    var next: TableShape? {
        let isLast = parts == 7
        guard !isLast || shift + 1 < keyBits - 3 else { return nil }
        return TableShape(keyBits: keyBits, shift: isLast ? shift + 1 : shift, parts: isLast ? 4 : parts + 1)
    }

    /// Tables that fit a near cache double; of those beyond, moving costs more than room, so they quadruple while they are
    /// small, then double, then grow by a third at least, and in the end as little as they can.
    func grown(keyBits: Int, room: Int) -> TableShape? {
        let wanted =
            switch bytes >> 20 {
            case 0: growAt * 2
            case 1..<16: growAt * 4
            case 16..<64: growAt * 2
            case 64..<256: growAt / 3 * 4
            default: growAt / 8 * 9
            }
        var best: TableShape?
        var size = next
        while let larger = size, larger.bytes <= room {
            // Where keys had bits to spare, entries may become narrower than they were.
            let shape = TableShape(keyBits: keyBits, shift: larger.shift, parts: larger.parts)
            if shape.growAt > growAt { best = shape }
            if shape.growAt >= wanted { break }
            size = larger.next
        }
        return best
    }

    /// The same for as many more bits as entries have room for.
    func spacious() -> TableShape {
        var best = self
        while best.keyBits < DenseFolding.keyBitsMax {
            let more = TableShape(keyBits: best.keyBits + 1, shift: shift, parts: parts)
            if more.format != format { break }
            best = more
        }
        return best
    }
}

extension TableShape {
    /// For keys of more bits, with room for `count` of them and some more; at most `room` bytes.
    func widened(keyBits: Int, count: Int, room: Int) -> TableShape? {
        var wanted = TableShape(keyBits: keyBits, shift: shift, parts: parts)
        while wanted.growAt < count + count / 8 {
            guard let larger = wanted.next else { return nil }
            wanted = larger
        }
        return wanted.bytes <= room ? wanted : nil
    }
}

/// A table's memory as the hot loops see it: plain numbers and pointers, to be held in a local.
struct TableView {
    let lines: UnsafeMutablePointer<UInt8>
    let starts: UnsafeMutablePointer<UInt64>
    let lowBits: UInt64
    let lowMask: UInt64
    let parts: UInt64
    let attempts: UInt64
    let neighbourhood: UInt64
    let format: EntryFormat

    init(_ shape: TableShape, lines: UnsafeMutablePointer<UInt8>, starts: UnsafeMutablePointer<UInt64>) {
        self.lines = lines
        self.starts = starts
        lowBits = shape.lowBits
        lowMask = (1 << shape.lowBits) - 1
        parts = UInt64(shape.parts)
        attempts = shape.attempts
        neighbourhood = shape.neighbourhood
        format = shape.format
        for part in 0..<shape.parts { starts[part] = shape.start(part) }
    }

    @inline(__always)
    func home(_ mixed: UInt64) -> (line: UInt64, remainder: UInt64) {
        let low = mixed & lowMask
        let part = (low &* parts) &>> lowBits
        return ((mixed &>> lowBits) &* parts &+ part, low &- starts[Int(truncatingIfNeeded: part)])
    }

    @inline(__always)
    func address(_ line: UInt64) -> UnsafeMutablePointer<UInt8> { lines + Int(truncatingIfNeeded: line &<< 6) }

    @inline(__always)
    func prefetch(_ mixed: UInt64) { cm_prefetch(address(home(mixed).line)) }

    /// What to change in the number of the home line for an attempt from 1 on.
    @inline(__always)
    func jump(_ remainder: UInt64, _ attempt: UInt64) -> UInt64 {
        if attempt == 1 { return 1 }
        let x = (remainder &+ attempt &* 0x9e37_79b9_7f4a_7c15) &* 0x94d0_49bb_1331_11eb
        return (x &>> 40) & neighbourhood
    }

    /// The mixed key that an entry stands for.
    func mixedKey(_ entry: UInt64, line: UInt64) -> UInt64 {
        let (remainder, attempt) = (entry &- 1).quotientAndRemainder(dividingBy: attempts)
        let home = attempt == 0 ? line : line ^ jump(remainder, attempt)
        let (group, part) = home.quotientAndRemainder(dividingBy: parts)
        return group &<< lowBits | (starts[Int(part)] &+ remainder)
    }
}
