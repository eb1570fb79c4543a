// The exact visited set: states in a growing arena, an open-addressing table of their numbers beside it.
//
// This is the reference. It keeps every state whole, in the order of discovery, so the levels of a breadth-first search
// are ranges of numbers, the frontier costs nothing, and a run can be found backwards without stored parents.
//
// An entry of the table is 32 bits: the state's number plus 1 in the low bits, and as many bits of its hash as are left
// in the high ones. A table of 2^k places needs k bits for a number, so the smaller the table the fewer states are
// looked at in vain. Room is checked before anything is allocated: what would pass the ceiling is refused.

/// What became of a state that was inserted.
enum PlainInsertion: Equatable {
    /// Its number; numbers are given in order, from 0.
    case new(Int)
    case seen
    /// No room: the ceiling would be passed.
    case full
}

struct VisitedSet: ~Copyable {
    let wordCount: Int
    private(set) var count = 0

    private let memoryLimit: Int
    private var chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>
    private var chunkCount = 0
    private var chunkRoom = 64
    /// A chunk holds 2^chunkShift states.
    private let chunkShift: Int
    private var table: UnsafeMutablePointer<UInt32>
    /// The table has 2^tableBits places.
    private var tableBits = 12
    /// Grow the table when this many states are in.
    private var growAt = 0
    /// Takes what early loads yield, so that they are not optimised away.
    private var sink: UInt64 = 0
    /// Tables end here: a number plus 1 has 32 bits.
    private static let tableBitsMax = 32

    init(wordCount: Int, memoryLimit: Int) {
        self.wordCount = wordCount
        self.memoryLimit = memoryLimit
        // 256 KiB per chunk, or one state.
        var shift = 0
        while (2 << shift) * wordCount <= 1 << 15 { shift += 1 }
        chunkShift = shift
        chunks = .allocate(capacity: chunkRoom)
        table = .allocate(capacity: 1 << tableBits)
        table.initialize(repeating: 0, count: 1 << tableBits)
        growAt = Self.growAt(tableBits)
    }

    deinit {
        for index in 0..<chunkCount { chunks[index].deallocate() }
        chunks.deallocate()
        table.deallocate()
    }

    /// Three quarters full.
    private static func growAt(_ bits: Int) -> Int { (3 << bits) >> 2 }

    private var chunkBytes: Int { (wordCount << chunkShift) * 8 }
    private var tableBytes: Int { 4 << tableBits }
    /// Bytes allocated.
    var bytes: Int { chunkCount * chunkBytes + chunkRoom * 8 + tableBytes }
    /// Bytes in use, without the untouched rest of the last chunk. It only grows, so it is the peak too.
    var bytesUsed: Int { count * wordCount * 8 + tableBytes }

    /// A good mix of all bits of a state.
    @inline(__always)
    static func hash(_ state: UnsafePointer<UInt64>, _ wordCount: Int) -> UInt64 {
        var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
        for index in 0..<wordCount {
            hash = (hash ^ state[index]) &* 0xbf58_476d_1ce4_e5b9
            hash ^= hash &>> 32
        }
        hash = hash &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash &>> 29)
    }

    /// Loads the table's line for a hash. Called for a whole batch before its states are inserted, so that the memory
    /// works on many lines at once; the result serves only to keep the load.
    @inline(__always)
    func touch(_ hash: UInt64) -> UInt64 { UInt64(table[home(hash)]) }

    /// Where the search for a hash begins: its high bits.
    @inline(__always)
    private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> UInt64(64 &- tableBits)) }

    /// The bits of a hash that an entry keeps: its low ones.
    @inline(__always)
    private func tag(_ hash: UInt64) -> UInt64 { hash & ((1 &<< UInt64(32 &- tableBits)) &- 1) }

    @inline(__always)
    private func number(_ entry: UInt64) -> Int {
        Int(truncatingIfNeeded: entry & ((1 &<< UInt64(tableBits)) &- 1)) &- 1
    }

    @inline(__always)
    private func entry(_ number: Int, _ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (tag(hash) &<< UInt64(tableBits)) | UInt64(truncatingIfNeeded: number &+ 1))
    }

    /// A stored state, by its number.
    @inline(__always)
    func state(_ number: Int) -> UnsafePointer<UInt64> {
        UnsafePointer(chunks[number &>> chunkShift] + (number & ((1 &<< chunkShift) &- 1)) &* wordCount)
    }

    @inline(__always)
    private func isEqual(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
        for index in 0..<wordCount where a[index] != b[index] { return false }
        return true
    }

    /// The place of a state in the table, or the empty place where it belongs.
    @inline(__always)
    private func place(_ state: UnsafePointer<UInt64>, _ hash: UInt64) -> Int {
        let last = (1 &<< tableBits) &- 1
        let tag = tag(hash)
        var place = home(hash)
        while true {
            let entry = UInt64(table[place])
            if entry == 0 { return place }
            if entry &>> UInt64(tableBits) == tag, isEqual(self.state(number(entry)), state) { return place }
            place = (place &+ 1) & last
        }
    }

    /// The number of a state, or nil if it was never inserted.
    func find(_ state: UnsafePointer<UInt64>, hash: UInt64) -> Int? {
        let entry = UInt64(table[place(state, hash)])
        return entry == 0 ? nil : number(entry)
    }

    @inline(__always)
    mutating func insert(_ state: UnsafePointer<UInt64>, hash: UInt64) -> PlainInsertion {
        var place = place(state, hash)
        if table[place] != 0 { return .seen }
        if count >= growAt {
            guard growTable() else { return .full }
            place = self.place(state, hash)
        }
        if count &>> chunkShift == chunkCount {
            guard growArena() else { return .full }
        }
        let target = UnsafeMutablePointer(mutating: self.state(count))
        for index in 0..<wordCount { target[index] = state[index] }
        table[place] = entry(count, hash)
        count &+= 1
        return .new(count &- 1)
    }

    @inline(never)
    private mutating func growArena() -> Bool {
        let isListFull = chunkCount == chunkRoom
        guard bytes + chunkBytes + (isListFull ? 2 * chunkRoom * 8 : 0) <= memoryLimit else { return false }
        if isListFull {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>.allocate(capacity: 2 * chunkRoom)
            larger.update(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = larger
            chunkRoom *= 2
        }
        chunks[chunkCount] = .allocate(capacity: wordCount << chunkShift)
        chunkCount += 1
        return true
    }

    /// Doubles the table. The old one goes first, as the arena tells all that was in it. Where there is no room for
    /// twice the table, this one is filled further instead.
    @inline(never)
    private mutating func growTable() -> Bool {
        guard tableBits < Self.tableBitsMax, bytes + tableBytes <= memoryLimit else {
            let brim = (15 << tableBits) >> 4
            guard growAt < brim else { return false }
            growAt = brim
            return true
        }
        table.deallocate()
        tableBits += 1
        table = .allocate(capacity: 1 << tableBits)
        table.initialize(repeating: 0, count: 1 << tableBits)
        growAt = Self.growAt(tableBits)
        fillTable()
        return true
    }

    /// Enters all states into the empty table; in batches, so that its lines are fetched many at a time.
    private mutating func fillTable() {
        let last = (1 << tableBits) - 1
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64) { hashes in
            var number = 0
            while number < count {
                let batch = min(64, count - number)
                var sum: UInt64 = 0
                for index in 0..<batch {
                    hashes[index] = Self.hash(state(number + index), wordCount)
                    sum &+= touch(hashes[index])
                }
                for index in 0..<batch {
                    var place = home(hashes[index])
                    while table[place] != 0 { place = (place + 1) & last }
                    table[place] = entry(number + index, hashes[index])
                }
                number += batch
                sink &+= sum
            }
        }
    }
}
