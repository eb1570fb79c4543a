import Program

/// How a value is packed: a number counted from `low`, or the place of a pointer in its set.
struct FieldEntry {
    var mask: UInt64 = 0
    var low: Int64 = 0
    /// The greatest raw number that is allowed.
    var span: UInt64 = .max
    /// Of a pointer: the raw bit that says that it is stale, or 0.
    var staleBit: UInt64 = 0
    /// Of a pointer: where its set begins in `pointers`, and its reverse in `indices`.
    var decode: Int32 = 0
    var encode: Int32 = 0
    var storage: Int32 = -1
    var word: UInt16 = 0
    var shift: UInt8 = 0
    var isPointer: Bool = false

    /// The raw bits of a zero, or of the lowest value where zero is none.
    var rawZero: UInt64 {
        let raw = UInt64(bitPattern: 0 &- low)
        return isPointer || raw > span ? 0 : raw
    }
}

struct CellEntry {
    var field = FieldEntry()
    /// The place may be followed if `words[liveWord] & liveBit == liveWant`; never so for NULL.
    var liveBit: UInt64 = 0
    var liveWant: UInt64 = 0
    var liveWord: UInt16 = 0
    var isData: Bool = false
    var slot: Int32 = -1
}

struct LocalEntry {
    var register: Int
    var field: FieldEntry
}

/// Bits of one word that are compared with a value.
struct BitTest {
    var word: Int
    var mask: UInt64
    var value: UInt64

    @inline(__always)
    func differs(_ words: UnsafeMutablePointer<UInt64>) -> Bool { words[word] & mask != value }
}

/// Bits of one word that are given a value.
struct BitSetting {
    var word: Int
    var keep: UInt64
    var value: UInt64
}

struct SlotEntry {
    var firstCell: Int
    var cellCount: Int
    var pool: Int
    var isTypesafe: Bool
    var liveWord: Int
    var liveBit: UInt64
    var quarantine: FieldEntry
    var zeros: Range<Int>
    /// Tests, by lock, that something of it is held or waited for: into `tests`; the lock's cell beside it.
    var lockTests: Range<Int>
}

struct PoolEntry {
    var slots: Range<Int>
}

struct ReaderEntry {
    var thread: Int
    var tests: Range<Int>
}

struct MaskEntry {
    var word: Int
    var shift: UInt64
    var mask: UInt64
    /// The typesafe slot whose quarantine it is, or -1.
    var slot: Int
}

struct DomainEntry {
    var readers: Range<Int>
    var masks: Range<Int>
}

/// Whether a thread holds a lock.
struct HoldEntry {
    var owner: BitTest
    /// Its reader count differs from zero.
    var reader: BitTest
    var cell: Int
}

struct ThreadEntry {
    var point: FieldEntry
    var threadClass: Int
    /// Of its first step in `steps`.
    var steps: Int
    var localMasks: Range<Int>
    var file: Int
    /// Its code from the beginning.
    var start: Int
    var callbackMask: Int
    var firstStep: Int
    var isHardware: Bool
}

struct StepEntry {
    var pc: Int
    var locals: Range<Int>
    /// Index into `stepTaken` and `stepWaited`.
    var coverage: Int
}

struct ClassEntry {
    var threads: Range<Int>
    /// Into `objects`; empty unless it is a callback.
    var objects: Int
}

enum StorageRule: UInt8 {
    /// Outside values fail.
    case overflow
    /// Outside values widen the range.
    case inferred
    /// There are no outside values.
    case impossible
}

/// The tables by which the machine finds its way in a state, all but the code.
struct MachineTables {
    var cells: [CellEntry] = []
    var pointers: [Int32] = []
    var indices: [Int32] = []
    var storages: [StorageRule] = []
    var slots: [SlotEntry] = []
    var slotNumbers: [Int] = []
    var pools: [PoolEntry] = []
    var zeros: [BitSetting] = []
    var tests: [BitTest] = []
    var testCells: [Int] = []
    var domains: [DomainEntry] = []
    var readers: [ReaderEntry] = []
    var masks: [MaskEntry] = []
    /// By cell: the domain, or -1.
    var domainOfCell: [Int32] = []
    /// By cell: the lock whose first cell it is, or -1.
    var lockOfCell: [Int32] = []
    /// By lock, by thread with one more for INIT.
    var holds: [HoldEntry] = []
    var objects: [Int] = []
    var encodeOfSet: [Int] = []
    var decodeOfSet: [Int] = []

    init(model: Model, layout: StateLayout) {
        precondition(model.cells.count < 1 << 31 && layout.wordCount < 1 << 16)
        addPointerSets(model)
        for storage in model.storages {
            switch storage.kind {
            case .fixed(_, _, let name): storages.append(name == nil ? .impossible : .overflow)
            case .inferred: storages.append(.inferred)
            case .pointer: storages.append(.impossible)
            }
        }
        addCells(model, layout)
        addSlots(model)
        addDomains(model)
        addLocks(model)
    }

    private mutating func addPointerSets(_ model: Model) {
        for set in model.pointerSets {
            decodeOfSet.append(pointers.count)
            let width = UInt64.bitWidth - UInt64(set.count).leadingZeroBitCount
            var decode = [Int32](repeating: 0, count: 1 << width)
            encodeOfSet.append(indices.count)
            var encode = [Int32](repeating: -1, count: max(1, model.cells.count))
            encode[0] = 0
            for (index, cell) in set.enumerated() {
                decode[index + 1] = Int32(cell)
                encode[cell] = Int32(index + 1)
            }
            pointers += decode
            indices += encode
        }
    }

    func field(_ place: BitField, stale: Bool) -> FieldEntry {
        var entry = FieldEntry()
        entry.mask = place.mask
        entry.word = UInt16(place.word)
        entry.shift = UInt8(place.shift)
        entry.storage = Int32(place.storage)
        if place.pointerSet >= 0 {
            entry.isPointer = true
            entry.decode = Int32(decodeOfSet[place.pointerSet])
            entry.encode = Int32(encodeOfSet[place.pointerSet])
            entry.staleBit = stale && place.width > 0 ? 1 << UInt64(place.width - 1) : 0
        } else {
            entry.low = place.low
            entry.span = UInt64(bitPattern: place.high &- place.low)
        }
        return entry
    }

    private mutating func addCells(_ model: Model, _ layout: StateLayout) {
        for (cell, info) in model.cells.enumerated() {
            var entry = CellEntry()
            if cell == 0 {
                entry.liveWant = 1
            } else {
                entry.field = field(layout.cells[cell], stale: layout.tracksStalePointers)
                if case .data = info.role { entry.isData = true }
                entry.slot = Int32(info.slot)
            }
            cells.append(entry)
        }
        for cell in model.cells.indices.dropFirst() where model.cells[cell].slot >= 0 {
            let live = cells[model.slots[model.cells[cell].slot].liveCell].field
            cells[cell].liveWord = live.word
            cells[cell].liveBit = live.mask << UInt64(live.shift)
            cells[cell].liveWant = cells[cell].liveBit
        }
    }

    /// True in a state where the cell is not zero. Cell 0 is never.
    private func nonzeroTest(_ cell: Int) -> BitTest {
        let field = cells[cell].field
        return BitTest(
            word: Int(field.word), mask: field.mask << UInt64(field.shift),
            value: (field.rawZero & field.mask) << UInt64(field.shift))
    }

    private mutating func addSlots(_ model: Model) {
        for (number, slot) in model.slots.enumerated() {
            let firstZero = zeros.count
            for cell in slot.firstCell..<slot.firstCell + slot.cellCount where cells[cell].field.mask != 0 {
                let test = nonzeroTest(cell)
                if zeros.count > firstZero, zeros[zeros.count - 1].word == test.word {
                    zeros[zeros.count - 1].keep &= ~test.mask
                    zeros[zeros.count - 1].value |= test.value
                } else {
                    zeros.append(BitSetting(word: test.word, keep: ~test.mask, value: test.value))
                }
            }
            let firstTest = tests.count
            for lock in model.locks where lock.slot == number {
                for cell in [lock.ownerCell] + lock.readerCells + lock.waiterCells where cell != 0 {
                    tests.append(nonzeroTest(cell))
                    testCells.append(lock.firstCell)
                }
            }
            let live = cells[slot.liveCell].field
            precondition(live.low == 0 && live.mask == 1, "a live cell is one bit")
            let isTypesafe = model.pools[slot.pool].isTypesafe
            slots.append(
                SlotEntry(
                    firstCell: slot.firstCell, cellCount: slot.cellCount, pool: slot.pool, isTypesafe: isTypesafe,
                    liveWord: Int(live.word), liveBit: 1 << UInt64(live.shift),
                    quarantine: cells[isTypesafe ? slot.quarantineCell : 0].field,
                    zeros: firstZero..<zeros.count, lockTests: firstTest..<tests.count))
        }
        for pool in model.pools {
            pools.append(PoolEntry(slots: slotNumbers.count..<slotNumbers.count + pool.slots.count))
            slotNumbers += pool.slots
        }
    }

    private mutating func addDomains(_ model: Model) {
        domainOfCell = [Int32](repeating: -1, count: max(1, model.cells.count))
        var slotOfQuarantine: [Int: Int] = [:]
        for (number, slot) in model.slots.enumerated() where slot.quarantineCell != 0 {
            slotOfQuarantine[slot.quarantineCell] = number
        }
        for (number, domain) in model.domains.enumerated() {
            domainOfCell[domain.firstCell] = Int32(number)
            let firstReader = readers.count
            for reader in domain.readers {
                let firstTest = tests.count
                for cell in reader.cells {
                    tests.append(nonzeroTest(cell))
                    testCells.append(cell)
                }
                readers.append(ReaderEntry(thread: reader.thread, tests: firstTest..<tests.count))
            }
            let firstMask = masks.count
            for cell in domain.masks {
                let field = cells[cell].field
                precondition(field.low == 0, "a mask counts from zero")
                masks.append(
                    MaskEntry(
                        word: Int(field.word), shift: UInt64(field.shift), mask: field.mask,
                        slot: slotOfQuarantine[cell] ?? -1))
            }
            domains.append(DomainEntry(readers: firstReader..<readers.count, masks: firstMask..<masks.count))
        }
    }

    private mutating func addLocks(_ model: Model) {
        lockOfCell = [Int32](repeating: -1, count: max(1, model.cells.count))
        for (number, lock) in model.locks.enumerated() {
            lockOfCell[lock.firstCell] = Int32(number)
            for thread in 0...model.threads.count {
                // No bits can equal 1, so such a test never holds.
                var owner = BitTest(word: 0, mask: 0, value: 1)
                let field = cells[lock.ownerCell].field
                let raw = UInt64(bitPattern: Int64(thread + 1) &- field.low)
                if lock.ownerCell != 0, thread < model.threads.count, raw <= field.span, raw & field.mask == raw {
                    owner = BitTest(
                        word: Int(field.word), mask: field.mask << UInt64(field.shift),
                        value: raw << UInt64(field.shift))
                }
                let readerCell = thread < lock.readerCells.count ? lock.readerCells[thread] : 0
                holds.append(HoldEntry(owner: owner, reader: nonzeroTest(readerCell), cell: lock.firstCell))
            }
        }
    }
}
