import Syntax

extension MemoryBuilder {
    /// Whether a thread of the class may take that role in the lock that `key` names.
    func isNeeded(_ type: BuiltinType, _ role: LockNeed.Role, thread: Int, key: String) -> Bool {
        let last = key.split(separator: ".").last.map(String.init) ?? key
        for (name, threads) in threadsOfClass where threads.contains(thread) {
            if needs.locks.contains(LockNeed(type: type, role: role, threadClass: name, key: nil))
                || needs.locks.contains(LockNeed(type: type, role: role, threadClass: name, key: last))
            {
                return true
            }
        }
        return false
    }

    private mutating func addHidden(_ name: String, _ key: String, _ slot: Int, _ kind: Storage.Kind) {
        cells.append(Cell(name: name, storage: storage(key, kind), slot: slot, role: .synchronization))
    }

    private var ownerKind: Storage.Kind { .fixed(low: 0, high: Int64(max(1, threadCount)), overflowName: nil) }

    private static func maskKind(_ count: Int) -> Storage.Kind {
        .fixed(low: 0, high: count == 0 ? 0 : (Int64(1) << Int64(count)) - 1, overflowName: nil)
    }

    private static let unusedKind = Storage.Kind.fixed(low: 0, high: 0, overflowName: nil)

    private mutating func lockClass(_ key: String) -> Int {
        let name = key.hasPrefix("struct ") ? String(key.dropFirst(7)) : key
        if let known = lockClasses.firstIndex(of: name) { return known }
        lockClasses.append(name)
        return lockClasses.count - 1
    }

    private mutating func addPlace(
        _ kind: LockPlace.Kind, _ name: String, _ key: String, _ slot: Int, owner: CellID, readers: [CellID] = [],
        waiters: [CellID] = []
    ) {
        locks.append(
            LockPlace(
                kind: kind, firstCell: owner, name: name, lockClass: lockClass(key), ownerCell: owner,
                readerCells: readers.isEmpty ? [CellID](repeating: 0, count: threadCount) : readers,
                waiterCells: waiters, slot: slot))
    }

    /// Adds the cells of a lock or counter.
    mutating func addLock(_ builtin: BuiltinType, name: String, key: String, slot: Int, isGhost: Bool) {
        let first = cells.count
        switch builtin {
        case .spinlock:
            addHidden(name, key, slot, ownerKind)
            addPlace(.spinlock, name, key, slot, owner: first)
        case .mutex where shapes.isFIFO:
            addQueuedMutex(name: name, key: key, slot: slot)
        case .mutex:
            addHidden(name, key, slot, ownerKind)
            addPlace(.mutex, name, key, slot, owner: first)
        case .rwlock, .rwsem:
            addReaderWriter(builtin, name: name, key: key, slot: slot)
        case .seqcount:
            addSequence(builtin, name: name, key: key, slot: slot)
        case .seqlock:
            addHidden(name, key, slot, ownerKind)
            addPlace(.seqlock, name, key, slot, owner: first)
            addSequence(builtin, name: name, key: key, slot: slot)
        case .completion:
            addHidden("\(name) (done)", "\(key) (done)", slot, .inferred(low: 0, high: 1))
            addHidden("\(name) (all)", "\(key) (all)", slot, .fixed(low: 0, high: 1, overflowName: nil))
        case .srcu:
            addDomain(name: name, key: key, slot: slot)
        case .atomic, .refcount:
            let kind: Storage.Kind =
                widths[key].map { .fixed(low: 0, high: (Int64(1) << Int64($0)) - 1, overflowName: key) }
                ?? .inferred(low: 0, high: 1)
            if widths[key] != nil { usedWidths.insert(key) }
            cells.append(Cell(name: name, storage: storage(key, kind), slot: slot, isGhost: isGhost))
        case .waitQueue:
            addHidden(name, key, slot, Self.unusedKind)
        }
    }

    /// Owner, mask of those who wait, and for each thread those of them who came before it.
    private mutating func addQueuedMutex(name: String, key: String, slot: Int) {
        let first = cells.count
        let lockers = shapes.writers[.mutex] ?? []
        addHidden(name, key, slot, ownerKind)
        addHidden("\(name) (waiting)", "\(key) (waiting)", slot, Self.maskKind(lockers.count))
        for thread in lockers {
            let isLocked = isNeeded(.mutex, .writer, thread: thread, key: key)
            addHidden(
                "\(name) (\(thread) behind)", "\(key) (\(thread) behind)", slot,
                isLocked ? Self.maskKind(lockers.count) : Self.unusedKind)
        }
        addPlace(.mutex, name, key, slot, owner: first, waiters: [first + 1])
    }

    /// Owner, mask of waiting writers, mask of waiting readers, reader counts, and for each reader the writers that
    /// waited before it.
    private mutating func addReaderWriter(_ builtin: BuiltinType, name: String, key: String, slot: Int) {
        let first = cells.count
        let readers = shapes.readers[builtin] ?? []
        let writers = shapes.writers[builtin] ?? []
        let isRead = readers.map { isNeeded(builtin, .reader, thread: $0, key: key) }
        let isWritten = writers.contains { isNeeded(builtin, .writer, thread: $0, key: key) }
        addHidden(name, key, slot, isWritten ? ownerKind : Self.unusedKind)
        let writerMask = isWritten ? Self.maskKind(writers.count) : Self.unusedKind
        addHidden("\(name) (writers waiting)", "\(key) (writers waiting)", slot, writerMask)
        let readerMask = isRead.contains(true) && isWritten ? Self.maskKind(readers.count) : Self.unusedKind
        addHidden("\(name) (readers waiting)", "\(key) (readers waiting)", slot, readerMask)
        var readerCells = [CellID](repeating: 0, count: threadCount)
        for (index, thread) in readers.enumerated() {
            readerCells[thread] = isRead[index] ? cells.count : 0
            addHidden(
                "\(name) (reader \(thread))", "\(key) (reader \(thread))", slot,
                isRead[index] ? .inferred(low: 0, high: 1) : Self.unusedKind)
        }
        for (index, thread) in readers.enumerated() {
            addHidden(
                "\(name) (reader \(thread) behind)", "\(key) (reader \(thread) behind)", slot,
                isRead[index] ? writerMask : Self.unusedKind)
        }
        if builtin == .rwsem, shapes.isFIFO {
            // For each writer, the writers and the readers that came before it.
            for (title, kind) in [("writers", writerMask), ("readers", readerMask)] {
                for thread in writers {
                    let isUsed = isWritten && isNeeded(builtin, .writer, thread: thread, key: key)
                    addHidden(
                        "\(name) (writer \(thread) behind \(title))", "\(key) (writer \(thread) behind \(title))", slot,
                        isUsed ? kind : Self.unusedKind)
                }
            }
        }
        addPlace(
            builtin == .rwsem ? .rwsem : .rwlock, name, key, slot, owner: first, readers: readerCells,
            waiters: [first + 1, first + 2])
    }

    /// The counter, and for each reader how far the counter has moved since it began (0 outside, else 1 + steps).
    private mutating func addSequence(_ builtin: BuiltinType, name: String, key: String, slot: Int) {
        let width = sequenceWidth(key)
        addHidden("\(name) (count)", "\(key) (count)", slot, .fixed(low: 0, high: (Int64(1) << Int64(width)) - 1, overflowName: nil))
        for thread in shapes.readers[builtin] ?? [] {
            addHidden(
                "\(name) (since \(thread))", "\(key) (since \(thread))", slot,
                isNeeded(builtin, .reader, thread: thread, key: key) ? .inferred(low: 0, high: 1) : Self.unusedKind)
        }
    }

    /// Bits of a seqcount's counter: 3 unless a WIDTH says otherwise.
    mutating func sequenceWidth(_ key: String) -> Int {
        if widths[key] != nil { usedWidths.insert(key) }
        return widths[key] ?? 3
    }

    /// An SRCU domain: a cell that is its address, the readers' depths, the masks of those who wait.
    private mutating func addDomain(name: String, key: String, slot: Int) {
        let first = cells.count
        addHidden(name, key, slot, Self.unusedKind)
        let readers = shapes.readers[.srcu] ?? []
        let updaters = shapes.updaters[.srcu] ?? []
        var domain = GraceDomain(name: name, firstCell: first, readers: [], masks: [])
        for thread in readers {
            domain.readers.append(.init(thread: thread, cells: [cells.count]))
            addHidden(
                "\(name) (reader \(thread))", "\(key) (reader \(thread))", slot,
                isNeeded(.srcu, .reader, thread: thread, key: key) ? .inferred(low: 0, high: 1) : Self.unusedKind)
        }
        for thread in updaters {
            domain.masks.append(cells.count)
            addHidden(
                "\(name) (updater \(thread) waits for)", "\(key) (updater \(thread) waits for)", slot,
                isNeeded(.srcu, .updater, thread: thread, key: key) ? Self.maskKind(readers.count) : Self.unusedKind)
        }
        srcuDomains.append(domain)
    }
}
