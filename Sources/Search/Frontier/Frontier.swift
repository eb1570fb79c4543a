import CMachine

/// A stretch of states in their frontier form, one after the other.
struct Records {
    var bytes: UnsafeMutablePointer<UInt8>
    var count: Int
}

/// The states of the level that is expanded and of the next one.
///
/// Each thread fills blocks of its own and hands them over when they are full; the order of a level's states is therefore
/// left to chance, and nothing that is reported may depend on it. A block is cut into units, which the threads take from
/// one counter.
final class Frontier: @unchecked Sendable {
    let recordBytes: Int
    /// States that a thread takes at a time.
    private let unitRecords: Int
    let recordsPerBlock: Int
    private(set) var count = 0
    private var current: [Records] = []
    private var next: [Records] = []
    private var free: [UnsafeMutablePointer<UInt8>] = []
    private var blockCount = 0
    private let monitor: UnsafeMutablePointer<cm_monitor>
    private let nextUnit: UnsafeMutablePointer<UInt64>
    private var units: [Records] = []

    /// Records are read and written in words of 8 bytes, which may reach beyond the last one.
    private static let overhang = 8

    init(recordBytes: Int, unitRecords: Int) {
        self.recordBytes = recordBytes
        self.unitRecords = unitRecords
        recordsPerBlock = max(1, (1 << 16) / recordBytes)
        monitor = .allocate(capacity: 1)
        cm_monitor_init(monitor)
        nextUnit = .allocate(capacity: 1)
        nextUnit.initialize(to: 0)
    }

    deinit {
        for block in current + next { block.bytes.deallocate() }
        for block in free { block.deallocate() }
        cm_monitor_destroy(monitor)
        monitor.deallocate()
        nextUnit.deallocate()
    }

    private var blockBytes: Int { recordsPerBlock * recordBytes + Self.overhang }
    var bytes: Int { blockCount * blockBytes }

    /// An empty block for a thread to fill.
    func block() -> UnsafeMutablePointer<UInt8> {
        cm_lock(monitor)
        defer { cm_unlock(monitor) }
        if let block = free.popLast() { return block }
        blockCount += 1
        return .allocate(capacity: blockBytes)
    }

    /// States of the level that nobody has taken.
    var untaken: Int { max(0, count - Int(cm_load(nextUnit)) * unitRecords) }

    /// Takes a filled block as part of the next level.
    func handOver(_ records: Records) {
        cm_lock(monitor)
        if records.count == 0 { free.append(records.bytes) } else { next.append(records) }
        cm_unlock(monitor)
    }

    /// The next level becomes the current one.
    func advance() {
        free += current.map(\.bytes)
        current = next
        next = []
        count = current.reduce(0) { $0 + $1.count }
        cm_store(nextUnit, 0)
    }

    /// The next level is given up.
    func dropNext() {
        free += next.map(\.bytes)
        next = []
    }

    /// The states of the current level.
    var records: [Records] { current }

    /// Deals the level out anew.
    func deal() {
        units.removeAll(keepingCapacity: true)
        for block in current {
            for first in stride(from: 0, to: block.count, by: unitRecords) {
                units.append(
                    Records(bytes: block.bytes + first * recordBytes, count: min(unitRecords, block.count - first)))
            }
        }
        cm_store(nextUnit, 0)
    }

    /// Some states of the level that nobody has taken yet.
    func take() -> Records? {
        let index = Int(cm_add(nextUnit, 1))
        return index < units.count ? units[index] : nil
    }
}
