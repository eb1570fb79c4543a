// The set of visited keys, exact, at four to ten bytes a key: an open hash table of cache lines that stores of each key
// only what its place does not tell ("quotienting": Knuth, TAOCP 3, exercise 6.4-13; Cleary 1984). Line-wise search after
// Laarman, van de Pol and Weber ("Boosting multi-core reachability performance with shared hash tables", FMCAD 2010), but
// with the key itself in place of a hash and an index.
//
// Insertion needs no lock. Entries of a line are filled from the front and never change again. Who inserts looks at a
// whole line: if the key is there, it was seen; if there is a free entry, it is claimed by compare-and-swap, and if
// somebody else was faster the line is looked at again; if the line is full, the next attempt's line is looked at. Two
// threads with the same key try the same free entry first, as every entry before it is taken for good and has been
// compared, so only one of them can succeed.
//
// Growing is not concurrent with insertion: `grow` is begun when everybody has stopped, and its parts can then be moved
// by many threads. An entry tells its key, so nothing else is needed. Moving goes through both tables from front to back,
// and what was moved is given back at once, so that the two never take more room than the new one and a little.

import CMachine

/// What became of a key that was inserted.
enum Insertion {
    case new
    case seen
    /// There was no free place: the table must grow first.
    case full
}

extension TableView {
    @inline(__always)
    func insert(_ mixed: UInt64) -> Insertion {
        isNarrow ? insertNarrow(mixed) : insertWide(mixed)
    }

    @inline(__always)
    private func insertNarrow(_ mixed: UInt64) -> Insertion {
        let (home, remainder) = home(mixed)
        var entry = UInt32(truncatingIfNeeded: remainder &* attempts) &+ 1
        var line = address(home)
        var attempt: UInt64 = 0
        while true {
            let match = cm_match32(line, entry)
            if match.equal != 0 { return .seen }
            if match.empty != 0 {
                if cm_claim32(line, UInt32(truncatingIfNeeded: match.empty.trailingZeroBitCount), entry) { return .new }
                continue
            }
            attempt &+= 1
            if attempt == attempts { return .full }
            entry &+= 1
            line = address(home ^ jump(remainder, attempt))
        }
    }

    @inline(__always)
    private func insertWide(_ mixed: UInt64) -> Insertion {
        let (home, remainder) = home(mixed)
        var entry = remainder &* attempts &+ 1
        var line = address(home)
        var attempt: UInt64 = 0
        while true {
            let match = cm_match64(line, entry)
            if match.equal != 0 { return .seen }
            if match.empty != 0 {
                if cm_claim64(line, UInt32(truncatingIfNeeded: match.empty.trailingZeroBitCount), entry) { return .new }
                continue
            }
            attempt &+= 1
            if attempt == attempts { return .full }
            entry &+= 1
            line = address(home ^ jump(remainder, attempt))
        }
    }

    /// Inserts keys where they belong. Those that find their line full are left for `insertLater`, their next line on its
    /// way; `fresh` has the indices of the new ones, `later` of those left.
    @inline(__always)
    func insertAtHome(
        _ mixed: UnsafePointer<UInt64>, _ count: Int, fresh: UnsafeMutablePointer<UInt32>,
        later: UnsafeMutablePointer<UInt32>
    ) -> (new: Int, left: Int) {
        var new = 0
        var left = 0
        var index = 0
        while index < count {
            let (home, remainder) = home(mixed[index])
            let entry = remainder &* attempts &+ 1
            let line = address(home)
            let match =
                isNarrow ? cm_match32(line, UInt32(truncatingIfNeeded: entry)) : cm_match64(line, entry)
            if match.equal == 0 {
                if match.empty != 0, claim(line, match.empty, entry) {
                    fresh[new] = UInt32(truncatingIfNeeded: index)
                    new &+= 1
                } else {
                    cm_prefetch(address(home ^ 1))
                    later[left] = UInt32(truncatingIfNeeded: index)
                    left &+= 1
                }
            }
            index &+= 1
        }
        return (new, left)
    }

    @inline(__always)
    private func claim(_ line: UnsafeMutablePointer<UInt8>, _ empty: UInt32, _ entry: UInt64) -> Bool {
        let place = UInt32(truncatingIfNeeded: empty.trailingZeroBitCount)
        return isNarrow
            ? cm_claim32(line, place, UInt32(truncatingIfNeeded: entry)) : cm_claim64(line, place, entry)
    }

    /// Inserts the keys with the indices in `later`. How many found no place: they come to stand first.
    func insertLater(
        _ mixed: UnsafePointer<UInt64>, _ later: UnsafeMutablePointer<UInt32>, _ count: Int,
        fresh: UnsafeMutablePointer<UInt32>, _ new: inout Int
    ) -> Int {
        var left = 0
        for place in 0..<count {
            let index = later[place]
            switch insert(mixed[Int(index)]) {
            case .seen: break
            case .new:
                fresh[new] = index
                new += 1
            case .full:
                later[left] = index
                left += 1
            }
        }
        return left
    }

    func contains(_ mixed: UInt64) -> Bool {
        let (home, remainder) = home(mixed)
        for attempt in 0..<attempts {
            let line = address(attempt == 0 ? home : home ^ jump(remainder, attempt))
            let entry = remainder &* attempts &+ attempt &+ 1
            let match = isNarrow ? cm_match32(line, UInt32(truncatingIfNeeded: entry)) : cm_match64(line, entry)
            if match.equal != 0 { return true }
            if match.empty != 0 { return false }
        }
        return false
    }

    /// An entry as a number; 0 if it is free.
    @inline(__always)
    func entry(_ line: UInt64, _ index: Int) -> UInt64 {
        let bytes = UnsafeRawPointer(address(line))
        return isNarrow
            ? UInt64(bytes.load(fromByteOffset: index &* 4, as: UInt32.self))
            : bytes.load(fromByteOffset: index &* 8, as: UInt64.self)
    }
}

extension TableView {
    /// Moves lines to a larger table for the same keys; returns how many entries found no place there. What belongs to a
    /// line is told once for all of its entries: few of them stand elsewhere.
    func moveLines(_ range: Range<Int>, to new: TableView, isAlone: Bool) -> Int {
        let perLine = isNarrow ? 16 : 8
        // Entries below 2^32 are divided by multiplication: floor(n * ceil(2^64 / d) / 2^64) is exact there.
        let reciprocal = UInt64.max / attempts &+ 1
        var lost = 0
        for line in range {
            let home = UInt64(truncatingIfNeeded: line)
            let (group, part) = home.quotientAndRemainder(dividingBy: parts)
            let high = group &<< lowBits
            let start = starts[Int(truncatingIfNeeded: part)]
            for index in 0..<perLine {
                let entry = entry(home, index)
                if entry == 0 { break }
                let number = entry &- 1
                let remainder =
                    isNarrow ? number.multipliedFullWidth(by: reciprocal).high : number / attempts
                let mixed =
                    remainder &* attempts == number
                    ? high | (start &+ remainder) : mixedKey(entry, line: home)
                if !new.place(mixed, isAlone: isAlone) { lost &+= 1 }
            }
        }
        return lost
    }

    /// Inserts a key that is not in the table yet; without a bus lock if nobody else inserts.
    @inline(__always)
    private func place(_ mixed: UInt64, isAlone: Bool) -> Bool {
        let (home, remainder) = home(mixed)
        let line = address(home)
        let entry = remainder &* attempts &+ 1
        // Nothing is equal to 0 but what is free.
        let empty = isNarrow ? cm_match32(line, 0).equal : cm_match64(line, 0).equal
        if !isAlone || empty == 0 { return insert(mixed) == .new }
        let place = empty.trailingZeroBitCount
        if isNarrow {
            UnsafeMutableRawPointer(line).storeBytes(
                of: UInt32(truncatingIfNeeded: entry), toByteOffset: place &* 4, as: UInt32.self)
        } else {
            UnsafeMutableRawPointer(line).storeBytes(of: entry, toByteOffset: place &* 8, as: UInt64.self)
        }
        return true
    }
}

/// The table and its growth. The threads of a search share one; keys come mixed by `mix`.
final class QuotientTable: @unchecked Sendable {
    private(set) var mix: KeyMix
    private(set) var shape: TableShape
    private(set) var view: TableView
    /// Shared by the views of the current and of the next table, which have eight numbers each.
    private let starts: UnsafeMutablePointer<UInt64>
    private var usesSecondStarts = false
    /// The table that is being filled from this one.
    private var target: (shape: TableShape, view: TableView, mix: KeyMix)?
    /// What becomes of a key in that table; nil if it stays as it is.
    private var rekey: ((UInt64) -> UInt64)?
    /// Part that is to be moved next; entries that found no place in the new table.
    private let nextPart: UnsafeMutablePointer<UInt64>
    private let misfits: UnsafeMutablePointer<UInt64>

    /// Lines that are moved in one go: two MiB, a huge page.
    private static let linesPerPart = 1 << 15

    /// Nil if there is no room for the smallest table.
    init?(keyBits: Int, room: Int) {
        mix = KeyMix(bits: max(keyBits, TableShape.keyBitsMin))
        shape = TableShape(keyBits: mix.bits, shift: TableShape.shiftMin, parts: 4)
        guard shape.bytes <= room, let lines = cm_map(shape.bytes) else { return nil }
        starts = .allocate(capacity: 16)
        nextPart = .allocate(capacity: 2)
        misfits = nextPart + 1
        nextPart.initialize(repeating: 0, count: 2)
        view = TableView(shape, lines: lines.assumingMemoryBound(to: UInt8.self), starts: starts)
    }

    deinit {
        cm_unmap(view.lines, shape.bytes)
        if let target { cm_unmap(target.view.lines, target.shape.bytes) }
        starts.deallocate()
        nextPart.deallocate()
    }

    var bytes: Int { shape.bytes }

    // MARK: Growing

    /// Makes a larger table ready to be filled, of at most `room` bytes; false if that is too little. Nobody may insert
    /// until `finishGrowing`.
    func beginGrowing(room: Int) -> Bool {
        guard let shape = shape.grown(room: room) else { return false }
        return begin(shape, mix, nil)
    }

    /// The same for keys of another kind: `rekey` says what becomes of a key, from many threads at once, and is asked for
    /// each of the `count` keys until `finishGrowing`.
    func beginRekeying(
        keyBits: Int, count: Int, room: Int, _ rekey: @escaping (UInt64) -> UInt64
    ) -> Bool {
        let mix = KeyMix(bits: max(keyBits, TableShape.keyBitsMin))
        var wanted = TableShape(keyBits: mix.bits, shift: shape.shift, parts: shape.parts)
        while wanted.growAt < count + count / 8 {
            guard let larger = wanted.next else { return false }
            wanted = larger
        }
        guard wanted.bytes <= room else { return false }
        return begin(wanted, mix, rekey)
    }

    private func begin(_ shape: TableShape, _ mix: KeyMix, _ rekey: ((UInt64) -> UInt64)?) -> Bool {
        guard let lines = cm_map(shape.bytes) else { return false }
        usesSecondStarts.toggle()
        let view = TableView(
            shape, lines: lines.assumingMemoryBound(to: UInt8.self), starts: starts + (usesSecondStarts ? 8 : 0))
        target = (shape, view, mix)
        self.rekey = rekey
        cm_store(nextPart, 0)
        cm_store(misfits, 0)
        return true
    }

    /// Moves parts until there are none left; many threads may help, unless one says that it is alone.
    func moveParts(isAlone: Bool = false) {
        guard let target else { return }
        let lineCount = shape.lineCount
        while true {
            let first = Int(cm_add(nextPart, 1)) * Self.linesPerPart
            if first >= lineCount { return }
            let end = min(first + Self.linesPerPart, lineCount)
            let lost =
                rekey == nil
                ? view.moveLines(first..<end, to: target.view, isAlone: isAlone)
                : moveOtherwise(first..<end, to: target.view, target.mix)
            if lost > 0 { _ = cm_add(misfits, UInt64(lost)) }
            cm_give_back(view.address(UInt64(first)), (end - first) * TableShape.lineBytes)
        }
    }

    /// Moves lines to a table for other keys; returns how many entries found no place.
    private func moveOtherwise(_ range: Range<Int>, to new: TableView, _ newMix: KeyMix) -> Int {
        let old = view
        let rekey = rekey!
        var lost = 0
        for line in range {
            for index in 0..<shape.entriesPerLine {
                let entry = old.entry(UInt64(line), index)
                if entry == 0 { break }
                let key = rekey(mix.key(old.mixedKey(entry, line: UInt64(line))))
                if new.insert(newMix.mixed(key)) != .new { lost += 1 }
            }
        }
        return lost
    }

    /// The new table takes over, once all parts were moved. False if entries were lost: the set is no longer whole.
    func finishGrowing() -> Bool {
        guard let target else { return true }
        cm_unmap(view.lines, shape.bytes)
        (shape, view, mix) = target
        self.target = nil
        rekey = nil
        return cm_load(misfits) == 0
    }

    // MARK: Looking in

    /// Calls with every key, unmixed.
    func forEachKey(_ body: (UInt64) -> Void) {
        for line in 0..<UInt64(shape.lineCount) {
            for index in 0..<shape.entriesPerLine {
                let entry = view.entry(line, index)
                if entry != 0 { body(mix.key(view.mixedKey(entry, line: line))) }
            }
        }
    }
}
