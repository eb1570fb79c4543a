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

    /// How mixed keys get more unmixed bits at their end, or fewer where they use fewer: the lowest stay the lowest.
    struct Stretch {
        let from: UInt64
        let to: UInt64
        let mask: UInt64

        init(from old: KeyMix, to new: KeyMix) {
            from = old.extraBits
            to = new.extraBits
            mask = (1 << old.extraBits) - 1
        }

        @inline(__always)
        func apply(_ mixed: UInt64) -> UInt64 { (mixed &>> from) &<< to | (mixed & mask) }
    }

    /// Moves lines to another table for the same keys; returns how many entries found no place there.
    func moveLines(_ range: Range<Int>, to new: TableView, _ stretch: Stretch) -> Int {
        switch (format, new.format) {
        case (.narrow, .narrow): moveLines(range, to: new, stretch, NarrowLine.self, NarrowLine.self)
        case (.narrow, .middle): moveLines(range, to: new, stretch, NarrowLine.self, MiddleLine.self)
        case (.narrow, .wide): moveLines(range, to: new, stretch, NarrowLine.self, WideLine.self)
        case (.middle, .narrow): moveLines(range, to: new, stretch, MiddleLine.self, NarrowLine.self)
        case (.middle, .middle): moveLines(range, to: new, stretch, MiddleLine.self, MiddleLine.self)
        case (.middle, .wide): moveLines(range, to: new, stretch, MiddleLine.self, WideLine.self)
        case (.wide, .narrow): moveLines(range, to: new, stretch, WideLine.self, NarrowLine.self)
        case (.wide, .middle): moveLines(range, to: new, stretch, WideLine.self, MiddleLine.self)
        case (.wide, .wide): moveLines(range, to: new, stretch, WideLine.self, WideLine.self)
        }
    }

    /// What belongs to a line is told once for all of its entries: few of them stand elsewhere.
    @inline(__always)
    private func moveLines<Old: LineFormat, New: LineFormat>(
        _ range: Range<Int>, to new: TableView, _ stretch: Stretch, _: Old.Type, _: New.Type
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
                if !new.place(stretch.apply(mixed), New.self) { lost &+= 1 }
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
