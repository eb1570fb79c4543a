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
    /// What becomes of a key; nil if it stays as it is.
    private var rekey: ((UInt64) -> UInt64)?
    /// Part that is to be moved next; entries that found no place in the new table.
    private let nextPart: UnsafeMutablePointer<UInt64>
    private let misfits: UnsafeMutablePointer<UInt64>

    /// Tables of so many bytes stay in order when keys get longer: they and their successor must not both be there as a
    /// whole.
    var inOrderBytes = 1 << 20
    /// Lines that are moved in one go: two MiB, a huge page.
    private static let linesPerPart = 1 << 15

    /// Bits that keys have. The mix may have some more.
    private(set) var keyBits: Int
    /// Keys may get longer.
    private var mayWiden: Bool

    enum Growth {
        /// Nothing to do, or it is done.
        case done
        /// Parts are to be moved.
        case begun
        case noRoom
    }

    /// Nil if there is no room for the smallest table.
    init?(keyBits: Int, mayWiden: Bool = false, room: Int) {
        self.keyBits = max(keyBits, TableShape.keyBitsMin)
        self.mayWiden = mayWiden
        mix = KeyMix(bits: self.keyBits)
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
        guard let larger = shape.grown(keyBits: keyBits, room: room) else { return false }
        return begin(larger)
    }

    /// The same for keys of so many bits; nothing to be filled if there were bits to spare.
    func beginWidening(keyBits wanted: Int, count: Int, room: Int) -> Growth {
        keyBits = max(keyBits, wanted)
        if keyBits <= mix.bits { return .done }
        guard let shape = shape.widened(keyBits: keyBits, count: count, room: room) else { return .noRoom }
        return begin(shape) ? .begun : .noRoom
    }

    /// Keys that may get longer have bits to spare as long as that costs no room. Those and the bits that have come to a
    /// large table stand unmixed behind the others, so that the table stays in order when it is rebuilt.
    private func begin(_ shape: TableShape) -> Bool {
        if !mayWiden { return begin(shape, mix) }
        let spacious = shape.spacious()
        let base = Int(mix.baseBits)
        // Lines are chosen by the first bits of a mixed key, which must be well mixed ones.
        let isInOrder = bytes >= inOrderBytes && base >= shape.shift + 8
        return begin(
            spacious, KeyMix(bits: spacious.keyBits, extraBits: spacious.keyBits - (isInOrder ? base : keyBits)))
    }

    /// The same for keys of another kind, of which there are `count`: `rekey` says what becomes of a key, and is asked for
    /// each until `finishGrowing`.
    func beginRekeying(
        keyBits: Int, count: Int, room: Int, _ rekey: @escaping (UInt64) -> UInt64
    ) -> Bool {
        let bits = max(keyBits, TableShape.keyBitsMin)
        guard let shape = shape.widened(keyBits: bits, count: count, room: room) else { return false }
        self.keyBits = bits
        mayWiden = false
        return begin(shape, KeyMix(bits: bits), rekey)
    }

    private func begin(_ shape: TableShape, _ mix: KeyMix, _ rekey: ((UInt64) -> UInt64)? = nil) -> Bool {
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

    /// Moves parts until there are none left; many threads may help.
    func moveParts() {
        guard let target else { return }
        let lineCount = shape.lineCount
        let isInOrder = rekey == nil && target.mix.baseBits == mix.baseBits
        let stretch = TableView.Stretch(from: mix, to: target.mix)
        while true {
            let first = Int(cm_add(nextPart, 1)) * Self.linesPerPart
            if first >= lineCount { return }
            let end = min(first + Self.linesPerPart, lineCount)
            let lost =
                isInOrder
                ? view.moveLines(first..<end, to: target.view, stretch)
                : moveOtherwise(first..<end, to: target.view, target.mix)
            if lost > 0 { _ = cm_add(misfits, UInt64(lost)) }
            cm_give_back(view.address(UInt64(first)), (end - first) * TableShape.lineBytes)
        }
    }

    /// Moves lines to a table for other keys; returns how many entries found no place.
    private func moveOtherwise(_ range: Range<Int>, to new: TableView, _ newMix: KeyMix) -> Int {
        let old = view
        let oldMix = mix
        let rekey = rekey
        var lost = 0
        for line in range {
            for index in 0..<shape.entriesPerLine {
                let entry = old.entry(UInt64(line), index)
                if entry == 0 { break }
                var key = oldMix.key(old.mixedKey(entry, line: UInt64(line)))
                if let rekey { key = rekey(key) }
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
