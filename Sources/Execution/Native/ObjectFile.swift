/// Whether a shared object is all there. The loader maps what the headers promise, and the process dies of a signal where
/// the file ends before that: so a file that was cut short must never get to the loader.
enum ObjectFile {
    static func isWhole(_ bytes: [UInt8]) -> Bool {
        #if os(Linux)
        return isWholeELF(bytes)
        #else
        return !bytes.isEmpty
        #endif
    }

    /// ELF-64 in the byte order of this machine: the program headers and all that they have loaded lie within the file.
    static func isWholeELF(_ bytes: [UInt8]) -> Bool {
        let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2]
        guard bytes.count >= 64, Array(bytes.prefix(5)) == magic, number(bytes, at: 16, size: 2) == 3
        else { return false }
        let table = number(bytes, at: 32, size: 8)
        let entrySize = number(bytes, at: 54, size: 2)
        let count = number(bytes, at: 56, size: 2)
        guard entrySize >= 56, count > 0, fits(table, count * entrySize, in: bytes) else { return false }
        var loads = 0
        for index in 0..<count {
            let header = Int(table + index * entrySize)
            if number(bytes, at: header, size: 4) == 1 { loads += 1 }
            let offset = number(bytes, at: header + 8, size: 8)
            guard fits(offset, number(bytes, at: header + 32, size: 8), in: bytes) else { return false }
        }
        // The section headers come last: with them the file is as long as its linker made it.
        let sections = number(bytes, at: 40, size: 8)
        let sectionBytes = number(bytes, at: 58, size: 2) * number(bytes, at: 60, size: 2)
        return loads > 0 && fits(sections, sectionBytes, in: bytes)
    }

    private static func fits(_ start: UInt64, _ length: UInt64, in bytes: [UInt8]) -> Bool {
        let (end, overflow) = start.addingReportingOverflow(length)
        return !overflow && end <= UInt64(bytes.count)
    }

    private static func number(_ bytes: [UInt8], at place: Int, size: Int) -> UInt64 {
        #if _endian(big)
        return bytes[place..<place + size].reduce(0) { $0 << 8 | UInt64($1) }
        #else
        return bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        #endif
    }
}
