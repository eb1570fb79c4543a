// Moving entries to a larger table, while nobody inserts into either.

import CMachine

extension TableView {
    /// An entry as a number; 0 if it is free.
    func entry(_ line: UInt64, _ index: Int) -> UInt64 {
        switch format {
        case .narrow: NarrowLine.entry(address(line), index)
        case .middle: MiddleLine.entry(address(line), index)
        case .wide: WideLine.entry(address(line), index)
        }
    }

    /// Moves lines to a larger table for the same keys; returns how many entries found no place there.
    func moveLines(_ range: Range<Int>, to new: TableView) -> Int {
        switch (format, new.format) {
        case (.narrow, .narrow): moveLines(range, to: new, NarrowLine.self, NarrowLine.self)
        case (.middle, .narrow): moveLines(range, to: new, MiddleLine.self, NarrowLine.self)
        case (.middle, .middle): moveLines(range, to: new, MiddleLine.self, MiddleLine.self)
        case (.wide, .narrow): moveLines(range, to: new, WideLine.self, NarrowLine.self)
        case (.wide, .middle): moveLines(range, to: new, WideLine.self, MiddleLine.self)
        case (.wide, .wide): moveLines(range, to: new, WideLine.self, WideLine.self)
        case (.narrow, .middle), (.narrow, .wide), (.middle, .wide):
            preconditionFailure("a table with more lines has no wider entries")
        }
    }

    /// What belongs to a line is told once for all of its entries: few of them stand elsewhere.
    @inline(__always)
    private func moveLines<Old: LineFormat, New: LineFormat>(
        _ range: Range<Int>, to new: TableView, _: Old.Type, _: New.Type
    ) -> Int {
        // floor(n * ceil(2^64 / d) / 2^64) is floor(n / d) for n below 2^60, as d is below 16.
        let reciprocal = UInt64.max / attempts &+ 1
        var lost = 0
        for number in range {
            let line = UInt64(truncatingIfNeeded: number)
            let address = UnsafePointer(address(line))
            let (group, part) = line.quotientAndRemainder(dividingBy: parts)
            let high = group &<< lowBits
            let start = starts[Int(truncatingIfNeeded: part)]
            for place in 0..<Old.entriesPerLine {
                let entry = Old.entry(address, place)
                if entry == 0 { break }
                let remainder = (entry &- 1).multipliedFullWidth(by: reciprocal).high
                let isAtHome = remainder &* attempts == entry &- 1
                let mixed = isAtHome ? high | (start &+ remainder) : mixedKey(entry, line: line)
                if !new.place(mixed, New.self) { lost &+= 1 }
            }
        }
        return lost
    }

    /// Inserts a key that is not in the table yet.
    @inline(__always)
    private func place<Format: LineFormat>(_ mixed: UInt64, _: Format.Type) -> Bool {
        let (home, remainder) = home(mixed)
        let line = address(home)
        let empty = Format.match(line, 0).empty
        if empty != 0, Format.claim(line, UInt32(empty.trailingZeroBitCount), remainder &* attempts &+ 1) { return true }
        return insert(mixed) == .new
    }
}
