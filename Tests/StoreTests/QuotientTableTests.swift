import CMachine
import Testing

@testable import Search

/// Numbers that look random and are the same in every run.
struct Sequence64 {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var x = state
        x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
        return x ^ (x >> 31)
    }
}

extension QuotientTable {
    /// Inserts, growing where that is needed.
    func add(_ key: UInt64, count: inout Int) -> Bool {
        while true {
            if count >= shape.growAt { growAlone() }
            switch view.insert(mix.mixed(key)) {
            case .new:
                count += 1
                return true
            case .seen: return false
            case .full: growAlone()
            }
        }
    }

    private func growAlone() {
        let has = beginGrowing(room: .max / 2)
        precondition(has, "a table that cannot grow")
        moveParts()
        precondition(finishGrowing())
    }
}

struct KeyMixTests {
    @Test(arguments: [2, 3, 4, 7, 10, 13, 16])
    func isAPermutation(bits: Int) {
        let mix = KeyMix(bits: bits)
        var seen = [Bool](repeating: false, count: 1 << bits)
        for key in 0..<UInt64(1 << bits) {
            let mixed = mix.mixed(key)
            #expect(mix.key(mixed) == key)
            seen[Int(mixed)] = true
        }
        #expect(!seen.contains(false))
    }

    @Test(arguments: 17...64)
    func givesTheKeyBack(bits: Int) {
        let mix = KeyMix(bits: bits)
        var random = Sequence64(state: UInt64(bits))
        for _ in 0..<2000 {
            let key = random.next() & mix.mask
            #expect(mix.key(mix.mixed(key)) == key)
            #expect(mix.mixed(key) <= mix.mask)
        }
    }
}

struct TableShapeTests {
    /// Every size that a table can have up to some hundred MiB, for every width of key.
    @Test(arguments: 24...64)
    func linesAndRemaindersTellTheKey(bits: Int) {
        var shape = TableShape(keyBits: bits, shift: TableShape.shiftMin, parts: 4)
        let starts = UnsafeMutablePointer<UInt64>.allocate(capacity: 8)
        defer { starts.deallocate() }
        var random = Sequence64(state: UInt64(bits))
        let mask: UInt64 = ~0 >> UInt64(64 - bits)
        while shape.bytes < 1 << 30 {
            // The lines are never touched.
            let view = TableView(shape, lines: UnsafeMutablePointer(bitPattern: 64)!, starts: starts)
            for index in 0..<50 {
                let mixed = index == 0 ? 0 : index == 1 ? mask : random.next() & mask
                let (home, remainder) = view.home(mixed)
                var isRight = home < UInt64(shape.lineCount) && remainder < shape.remainderCount
                for attempt in 0..<shape.attempts {
                    let line = attempt == 0 ? home : home ^ view.jump(remainder, attempt)
                    let entry = remainder * shape.attempts + attempt + 1
                    isRight = isRight && line < UInt64(shape.lineCount)
                    isRight = isRight && (shape.format != .narrow || entry < 1 << 32)
                    isRight = isRight && (shape.format != .middle || entry < 1 << 46)
                    isRight = isRight && view.mixedKey(entry, line: line) == mixed
                }
                #expect(isRight, "\(shape), \(mixed)")
            }
            guard let next = shape.next else { break }
            #expect(next.lineCount > shape.lineCount)
            shape = next
        }
    }

    @Test func fiftyOneBitsAreNarrowFromAQuarterGigabyteOn() {
        #expect(TableShape(keyBits: 51, shift: 20, parts: 5).format == .narrow)
        #expect(TableShape(keyBits: 42, shift: 11, parts: 5).format == .narrow)
        #expect(TableShape(keyBits: 62, shift: 17, parts: 5).format == .middle)
    }
}

struct QuotientTableTests {
    /// All the keys there are, at every width that can be gone through.
    @Test(arguments: [1, 2, 5, 8, 12, 16, 19])
    func takesEveryKeyOnce(bits: Int) throws {
        let table = try #require(QuotientTable(keyBits: bits, room: .max))
        var count = 0
        for round in 0..<2 {
            for key in 0..<UInt64(1 << bits) { #expect(table.add(key, count: &count) == (round == 0)) }
        }
        #expect(table.fault(expectedCount: 1 << bits) == nil)
        var sum: UInt64 = 0
        table.forEachKey { sum &+= $0 }
        #expect(sum == (1 << UInt64(bits)) * ((1 << UInt64(bits)) - 1) / 2)
    }

    @Test(arguments: [24, 30, 37, 42, 48, 51, 56, 60, 63, 64])
    func keepsRandomKeysThroughGrowth(bits: Int) throws {
        let table = try #require(QuotientTable(keyBits: bits, room: .max))
        var random = Sequence64(state: 7)
        var known: Set<UInt64> = []
        var count = 0
        let mask: UInt64 = ~0 >> UInt64(64 - bits)
        for index in 0..<60_000 {
            let key = index % 3 == 0 ? UInt64(index) & mask : random.next() & mask
            #expect(table.add(key, count: &count) == known.insert(key).inserted)
        }
        #expect(table.fault(expectedCount: known.count) == nil)
        for key in known { #expect(table.view.contains(table.mix.mixed(key))) }
        for _ in 0..<1000 {
            let key = random.next() & mask
            #expect(table.view.contains(table.mix.mixed(key)) == known.contains(key))
        }
        var found: Set<UInt64> = []
        table.forEachKey { found.insert($0) }
        #expect(found == known)
    }

    @Test func saysThatItIsFull() throws {
        let table = try #require(QuotientTable(keyBits: 40, room: 16 << 10))
        var random = Sequence64(state: 3)
        var count = 0
        var isFull = false
        for _ in 0..<8192 where !isFull {
            switch table.view.insert(table.mix.mixed(random.next() & table.mix.mask)) {
            case .new: count += 1
            case .seen: break
            case .full: isFull = true
            }
        }
        #expect(isFull)
        // Well beyond the point at which it asks to grow.
        #expect(count > table.shape.growAt)
        #expect(table.fault(expectedCount: count) == nil)
        #expect(!table.beginGrowing(room: 16 << 10))
        #expect(QuotientTable(keyBits: 40, room: 100) == nil)
    }
}

/// Several threads insert the same keys; each key must be new to exactly one of them.
struct ConcurrentInsertionTests {
    final class Job: @unchecked Sendable {
        let table: QuotientTable
        let keys: [UInt64]
        let results: UnsafeMutablePointer<UInt64>

        init(table: QuotientTable, keys: [UInt64], threads: Int) {
            self.table = table
            self.keys = keys
            results = .allocate(capacity: threads)
            results.initialize(repeating: 0, count: threads)
        }
        deinit { results.deallocate() }
    }

    final class Part {
        let job: Job
        let number: Int
        init(_ job: Job, _ number: Int) {
            self.job = job
            self.number = number
        }
    }

    @Test(arguments: [26, 40, 60], [2, 4])
    func everyKeyIsNewToOne(bits: Int, threads: Int) throws {
        let table = try #require(QuotientTable(keyBits: bits, room: .max))
        for _ in 0..<8 {
            try #require(table.beginGrowing(room: .max / 2))
            table.moveParts()
            try #require(table.finishGrowing())
        }
        var random = Sequence64(state: UInt64(bits))
        let mask: UInt64 = ~0 >> UInt64(64 - bits)
        let keys = (0..<200_000).map { _ in random.next() & mask }
        let job = Job(table: table, keys: keys, threads: threads)
        var handles: [pthread_t] = []
        for number in 0..<threads {
            var handle = pthread_t()
            let part = Unmanaged.passRetained(Part(job, number)).toOpaque()
            let isStarted = cm_spawn(
                &handle,
                { context in
                    let part = Unmanaged<Part>.fromOpaque(context!).takeRetainedValue()
                    var count: UInt64 = 0
                    let view = part.job.table.view
                    let mix = part.job.table.mix
                    for key in part.job.keys where view.insert(mix.mixed(key)) == .new { count += 1 }
                    part.job.results[part.number] = count
                }, part)
            #expect(isStarted)
            handles.append(handle)
        }
        for handle in handles { cm_join(handle) }
        let distinct = Set(keys).count
        #expect((0..<threads).reduce(0) { $0 + Int(job.results[$1]) } == distinct)
        #expect(table.fault(expectedCount: distinct) == nil)
    }
}

struct WideningTests {
    /// Keys that get longer while the table is small, and while it is too large to be mixed anew.
    @Test(arguments: [20, 26, 33]) func keysGetLonger(bits: Int) throws {
        let table = try #require(QuotientTable(keyBits: bits, mayWiden: true, room: .max))
        var random = Sequence64(state: UInt64(bits))
        table.inOrderBytes = 128 << 10
        var keys: Set<UInt64> = []
        var count = 0
        for round in 0..<8 {
            let mask: UInt64 = (1 << UInt64(bits + 3 * round)) - 1
            for _ in 0..<(round == 3 ? 40_000 : 3_000) {
                let key = random.next() & mask
                #expect(table.add(key, count: &count) == keys.insert(key).inserted)
            }
            switch table.beginWidening(keyBits: bits + 3 * round + 3, count: count, room: .max) {
            case .done: break
            case .noRoom: Issue.record("there is room enough")
            case .begun:
                table.moveParts()
                #expect(table.finishGrowing())
            }
            #expect(table.fault(expectedCount: keys.count) == nil)
        }
        var found: Set<UInt64> = []
        table.forEachKey { found.insert($0) }
        #expect(found == keys)
    }

    @Test func unmixedBitsAreGivenBack() {
        var random = Sequence64(state: 5)
        for bits in 10...60 {
            for extra in [0, 1, 3, bits / 2] {
                let mix = KeyMix(bits: bits, extraBits: extra)
                for _ in 0..<200 {
                    let key = random.next() & mix.mask
                    #expect(mix.mixed(key) <= mix.mask)
                    #expect(mix.key(mix.mixed(key)) == key)
                }
            }
        }
    }

    /// What makes rebuilding from front to back possible: a key keeps its place in the order when it gets more bits.
    @Test func widerKeysKeepTheirOrder() {
        let mixes = [(30, 0), (33, 3), (38, 8)].map { KeyMix(bits: $0.0, extraBits: $0.1) }
        var random = Sequence64(state: 9)
        for (narrow, wide) in zip(mixes, mixes.dropFirst()) {
            let stretch = TableView.Stretch(from: narrow, to: wide)
            let keys = (0..<1000).map { _ in random.next() & narrow.mask }.sorted { narrow.mixed($0) < narrow.mixed($1) }
            for key in keys { #expect(stretch.apply(narrow.mixed(key)) == wide.mixed(key)) }
            #expect(keys.map(wide.mixed) == keys.map(wide.mixed).sorted())
        }
    }
}
