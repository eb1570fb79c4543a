import CMachine

/// How entries lie in a line of 64 bytes. The narrower they are, the more of them a line has.
enum EntryFormat: Sendable {
    /// 16 of 32 bits.
    case narrow
    /// 10 of 46 bits.
    case middle
    /// 8 of 64 bits.
    case wide

    var entriesPerLine: Int {
        switch self {
        case .narrow: 16
        case .middle: 10
        case .wide: 8
        }
    }
}

/// What the loops over lines do with a line; each loop is compiled once for each format.
protocol LineFormat {
    /// Whether an entry is in the line, at a glance: one that is being written may not be seen yet.
    static func has(_ line: UnsafePointer<UInt8>, _ entry: UInt64) -> Bool
    /// Where the entry is, and which places are free.
    static func match(_ line: UnsafePointer<UInt8>, _ entry: UInt64) -> cm_match
    /// Puts an entry in a free place; false if somebody else was faster.
    static func claim(_ line: UnsafeMutablePointer<UInt8>, _ place: UInt32, _ entry: UInt64) -> Bool
    /// An entry of a line that nobody writes; 0 if it is free.
    static func entry(_ line: UnsafePointer<UInt8>, _ place: Int) -> UInt64
    static var entriesPerLine: Int { get }
}

enum NarrowLine: LineFormat {
    static let entriesPerLine = 16

    @inline(__always)
    static func has(_ line: UnsafePointer<UInt8>, _ entry: UInt64) -> Bool {
        cm_has32(line, UInt32(truncatingIfNeeded: entry))
    }

    @inline(__always)
    static func match(_ line: UnsafePointer<UInt8>, _ entry: UInt64) -> cm_match {
        cm_match32(line, UInt32(truncatingIfNeeded: entry))
    }

    @inline(__always)
    static func claim(_ line: UnsafeMutablePointer<UInt8>, _ place: UInt32, _ entry: UInt64) -> Bool {
        cm_claim32(line, place, UInt32(truncatingIfNeeded: entry))
    }

    @inline(__always)
    static func entry(_ line: UnsafePointer<UInt8>, _ place: Int) -> UInt64 {
        UInt64(UnsafeRawPointer(line).load(fromByteOffset: place &* 4, as: UInt32.self))
    }
}

enum MiddleLine: LineFormat {
    static let entriesPerLine = 10

    @inline(__always)
    static func has(_ line: UnsafePointer<UInt8>, _ entry: UInt64) -> Bool { cm_has48(line, entry) }

    @inline(__always)
    static func match(_ line: UnsafePointer<UInt8>, _ entry: UInt64) -> cm_match { cm_match48(line, entry) }

    @inline(__always)
    static func claim(_ line: UnsafeMutablePointer<UInt8>, _ place: UInt32, _ entry: UInt64) -> Bool {
        cm_claim48(line, place, entry)
    }

    @inline(__always)
    static func entry(_ line: UnsafePointer<UInt8>, _ place: Int) -> UInt64 {
        cm_entry48(line, UInt32(truncatingIfNeeded: place))
    }
}

enum WideLine: LineFormat {
    static let entriesPerLine = 8

    @inline(__always)
    static func has(_ line: UnsafePointer<UInt8>, _ entry: UInt64) -> Bool { cm_has64(line, entry) }

    @inline(__always)
    static func match(_ line: UnsafePointer<UInt8>, _ entry: UInt64) -> cm_match { cm_match64(line, entry) }

    @inline(__always)
    static func claim(_ line: UnsafeMutablePointer<UInt8>, _ place: UInt32, _ entry: UInt64) -> Bool {
        cm_claim64(line, place, entry)
    }

    @inline(__always)
    static func entry(_ line: UnsafePointer<UInt8>, _ place: Int) -> UInt64 {
        UnsafeRawPointer(line).load(fromByteOffset: place &* 8, as: UInt64.self)
    }
}
