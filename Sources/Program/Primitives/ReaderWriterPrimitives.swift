import Syntax

/// rw_semaphores and rwlocks. (kernel/locking/rwsem.c, kernel/locking/qrwlock.c.)
///
/// To begin to wait is a step of its own. Under WRITER_QUEUED a reader that comes while writers wait stays behind those
/// (the cells "behind"), until each has had the lock; a reader that waits only for the holder goes with it. Writers may overtake
/// one another and waiting readers, as the kernel's stealing allows. Under READER_PREFERENCE readers look at the owner alone.
/// Under FIFO a writer too stays behind whoever came before it, and nobody overtakes; readers that no writer separates go in
/// together.
/// Cells of a lock: owner, waiting writers, waiting readers, a count for each reader, the writers each reader is behind.
enum ReaderWriterPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "down_read": Primitive(1) { $0.readLock($1, .rwsem) },
        "down_read_nested": Primitive(2) { $0.readLock($1, .rwsem, subclass: $0.subclass($1)) },
        "up_read": Primitive(1) { $0.readUnlock($1, .rwsem) },
        "down_write": Primitive(1) { $0.writeLock($1, .rwsem) },
        "down_write_nested": Primitive(2) { $0.writeLock($1, .rwsem, subclass: $0.subclass($1)) },
        "up_write": Primitive(1) { $0.writeUnlock($1, .rwsem) },
        "downgrade_write": Primitive(1) { $0.downgrade($1) },
        "down_read_trylock": Primitive(1) { $0.tryReadLock($1, .rwsem) },
        "down_write_trylock": Primitive(1) { $0.tryWriteLock($1, .rwsem) },
        "rwsem_is_locked": Primitive(1, .pure) { $0.isLocked($1, .rwsem) },
        "read_lock": Primitive(1) { $0.readLock($1, .rwlock) },
        "read_unlock": Primitive(1) { $0.readUnlock($1, .rwlock) },
        "write_lock": Primitive(1) { $0.writeLock($1, .rwlock) },
        "write_unlock": Primitive(1) { $0.writeUnlock($1, .rwlock) },
        "read_trylock": Primitive(1) { $0.tryReadLock($1, .rwlock) },
        "write_trylock": Primitive(1) { $0.tryWriteLock($1, .rwlock) },
    ]
}

extension CodeBuilder {
    private static let waitingWriters = 1
    private static let waitingReaders = 2
    private static let firstReader = 3

    private func readers(_ type: BuiltinType) -> [Int] { model.memory.shapes.readers[type] ?? [] }
    private func writers(_ type: BuiltinType) -> [Int] { model.memory.shapes.writers[type] ?? [] }

    /// The thread's own count of a lock, and the mask of writers that it is behind.
    private func ownCount(_ lock: Operand, _ type: BuiltinType, _ range: SourceRange) -> Operand {
        cell(lock, Self.firstReader, plus: .reader(type), range)
    }

    private func ownBehind(_ lock: Operand, _ type: BuiltinType, _ range: SourceRange) -> Operand {
        cell(lock, Self.firstReader + readers(type).count, plus: .reader(type), range)
    }

    /// Not zero if anybody reads.
    func countReaders(_ lock: Operand, _ type: BuiltinType, _ range: SourceRange) -> Operand {
        forEachThread {
            var sum: Operand = .constant(0)
            for index in readers(type).indices {
                let count = loadHidden(offset(lock, by: Self.firstReader + index, range), range)
                sum = sum == .constant(0) ? count : binary(.or, sum, count, range)
            }
            return sum
        }
    }

    /// The mask of the threads that read.
    private func readerMask(_ lock: Operand, _ type: BuiltinType, _ range: SourceRange) -> Operand {
        forEachThread {
            var mask: Operand = .constant(0)
            for (index, thread) in readers(type).enumerated() {
                let count = loadHidden(offset(lock, by: Self.firstReader + index, range), range)
                let reads = binary(.notEqual, count, .constant(0), range)
                mask = binary(.or, mask, binary(.shiftLeft, reads, .constant(Int64(thread)), range), range)
            }
            return mask
        }
    }

    /// Under LOCKS(FIFO), the writers and the readers that came before a writer.
    private func behindWriters(_ lock: Operand, _ range: SourceRange) -> Operand {
        cell(lock, Self.firstReader + 2 * readers(.rwsem).count, plus: .writer(.rwsem), range)
    }

    private func behindReaders(_ lock: Operand, _ range: SourceRange) -> Operand {
        cell(lock, Self.firstReader + 2 * readers(.rwsem).count + writers(.rwsem).count, plus: .writer(.rwsem), range)
    }

    private func isFIFO(_ type: BuiltinType) -> Bool { type == .rwsem && queuesLocks }

    /// A waiter has the lock: no writer is behind it any more.
    private func leaveQueue(_ lock: Operand, _ bit: Operand, isReader: Bool, _ range: SourceRange) {
        let first = Self.firstReader + 2 * readers(.rwsem).count + (isReader ? writers(.rwsem).count : 0)
        for index in writers(.rwsem).indices {
            let cell = offset(lock, by: first + index, range)
            storeHidden(cell, binary(.andNot, loadHidden(cell, range), bit, range), range)
        }
    }

    private func sleeps(_ type: BuiltinType) -> Bool { type == .rwsem }

    private func waitStyle(_ type: BuiltinType) -> WaitStyle { sleeps(type) ? .sleeps : .spins }

    private var queuesWriters: Bool { model.settings.lockPolicy != .readerPreference }

    /// rwlocks are not rwsems: LOCKS speaks of sleeping locks, and a queued rwlock always makes readers wait.
    private func readersWaitForWriters(_ type: BuiltinType) -> Bool { type == .rwlock || queuesWriters }

    /// Whether this reader waits for writers in the queue: one in an interrupt does not, or it could wait for the thread
    /// below it for ever.
    private func queuesReader(_ type: BuiltinType) -> Bool { readersWaitForWriters(type) && kind != .interrupt }

    // MARK: Reading

    func readLock(_ site: CallSite, _ type: BuiltinType, subclass: Int = 0) -> Value {
        guard let (lock, isChecked, key) = lockArgument(site.arguments[0], type) else { return .nothing }
        // Nobody else is there in INIT.
        if kind == .initialization { return .nothing }
        let range = site.range
        needLock(type, .reader, key: key)
        let entered = newLabel(), blocked = newLabel()
        if sleeps(type) { mightSleep(range) }
        beginStep(.lock, range, ordering: .acquire)
        if isChecked { emit(.checkPlace(lock, .lock), range) }
        let owner = loadHidden(lock, range)
        check(
            binary(.notEqual, owner, model.perThread(.owner), range), .recursiveLock, name: site.name.text,
            "\(site.name.text)() of a lock that the thread holds for writing", range)
        if sleeps(type) { checkMaySleep(site.name.text, range) }
        var free = isZero(owner, range)
        if queuesReader(type) {
            let waiting = loadHidden(offset(lock, by: Self.waitingWriters, range), range)
            free = binary(.and, free, isZero(waiting, range), range)
        }
        let use = LockUse(isShared: true, subclass: subclass, sleeps: sleeps(type))
        branch(free, entered, blocked, range)
        place(blocked)
        if atomics.isEmpty, kind != .initialization {
            waitToRead(lock, isChecked: isChecked, type, site, entered)
        } else {
            blockUnless(.constant(0), .holders(ownerMask(owner, range)), waitStyle(type), range)
        }
        place(entered)
        addReader(lock, type, use, range)
        return .nothing
    }

    private func addReader(_ lock: Operand, _ type: BuiltinType, _ use: LockUse, _ range: SourceRange) {
        let count = ownCount(lock, type, range)
        storeHidden(count, binary(.add, loadHidden(count, range), .constant(1), range), range)
        emit(.acquired(lock, use), range)
        if !sleeps(type) { enterSpinlock(range) }
    }

    private func waitToRead(_ lock: Operand, isChecked: Bool, _ type: BuiltinType, _ site: CallSite, _ entered: Int) {
        let range = site.range
        let queue = offset(lock, by: Self.waitingReaders, range)
        storeHidden(queue, binary(.or, loadHidden(queue, range), ownBit(.reader(type), range), range), range)
        if queuesReader(type) {
            let waiting = loadHidden(offset(lock, by: Self.waitingWriters, range), range)
            storeHidden(ownBehind(lock, type, range), waiting, range)
        }
        code.steps[code.steps.count - 1].kind = .lock
        beginWaiting(waitStyle(type), range)
        beginStep(.endWait, range, ordering: .acquire, text: "\(folded(range)) gets the lock")
        if isChecked { emit(.checkPlace(lock, .lock), range) }
        let owner = loadHidden(lock, range)
        var behind: Operand = .constant(0)
        if queuesReader(type) { behind = loadHidden(ownBehind(lock, type, range), range) }
        let free = isZero(binary(.or, owner, behind, range), range)
        let holders = binary(.or, ownerMask(owner, range), lockThreads(behind, type, range), range)
        emit(.await(free, .holders(holders)), range)
        let waiters = offset(lock, by: Self.waitingReaders, range)
        storeHidden(waiters, binary(.andNot, loadHidden(waiters, range), ownBit(.reader(type), range), range), range)
        if isFIFO(type) { leaveQueue(lock, ownBit(.reader(type), range), isReader: true, range) }
        _ = entered
    }

    func readUnlock(_ site: CallSite, _ type: BuiltinType) -> Value {
        guard let (lock, isChecked, key) = lockArgument(site.arguments[0], type) else { return .nothing }
        // Nobody else is there in INIT.
        if kind == .initialization { return .nothing }
        let range = site.range
        needLock(type, .reader, key: key)
        beginStep(.unlock, range, ordering: .release)
        if isChecked { emit(.checkPlace(lock, .lock), range) }
        let cell = ownCount(lock, type, range)
        let count = loadHidden(cell, range)
        check(
            binary(.notEqual, count, .constant(0), range), .badUnlock, name: site.name.text,
            "\(site.name.text)() of a lock that the thread does not hold for reading", range)
        emit(.released(lock), range)
        storeHidden(cell, binary(.subtract, count, .constant(1), range), range)
        if !sleeps(type) { leaveSpinlock(range) }
        return .nothing
    }

    func tryReadLock(_ site: CallSite, _ type: BuiltinType) -> Value {
        guard let (lock, isChecked, key) = lockArgument(site.arguments[0], type) else { return .error }
        // Nobody else is there in INIT.
        if kind == .initialization { return Value(1, .bool) }
        let range = site.range
        needLock(type, .reader, key: key)
        beginStep(.trylock, range, ordering: .acquire)
        if isChecked { emit(.checkPlace(lock, .lock), range) }
        var free = isZero(loadHidden(lock, range), range)
        // In an interrupt too: nobody waits here, and the kernel's both look at the waiting bit.
        if readersWaitForWriters(type) {
            let waiting = loadHidden(offset(lock, by: Self.waitingWriters, range), range)
            free = binary(.and, free, isZero(waiting, range), range)
        }
        let done = newLabel()
        unless(free, goto: done, range)
        addReader(lock, type, LockUse(isTry: true, isShared: true, sleeps: sleeps(type)), range)
        place(done)
        showResult(free)
        return Value(type: .bool, parts: [free], range: 0...1)
    }

    // MARK: Writing

    func writeLock(_ site: CallSite, _ type: BuiltinType, subclass: Int = 0) -> Value {
        guard let (lock, isChecked, key) = lockArgument(site.arguments[0], type) else { return .nothing }
        // Nobody else is there in INIT.
        if kind == .initialization { return .nothing }
        let range = site.range
        needLock(type, .writer, key: key)
        let entered = newLabel(), blocked = newLabel()
        if sleeps(type) { mightSleep(range) }
        beginStep(.lock, range, ordering: .acquire)
        if isChecked { emit(.checkPlace(lock, .lock), range) }
        let owner = loadHidden(lock, range)
        check(
            binary(.notEqual, owner, model.perThread(.owner), range), .recursiveLock, name: site.name.text,
            "\(site.name.text)() of a lock that the thread holds for writing already", range)
        if sleeps(type) { checkMaySleep(site.name.text, range) }
        var busy = binary(.or, owner, countReaders(lock, type, range), range)
        if isFIFO(type) {
            for queue in [Self.waitingWriters, Self.waitingReaders] {
                busy = binary(.or, busy, loadHidden(offset(lock, by: queue, range), range), range)
            }
        }
        let free = isZero(busy, range)
        branch(free, entered, blocked, range)
        place(blocked)
        if atomics.isEmpty, kind != .initialization {
            waitToWrite(lock, isChecked: isChecked, type, site)
        } else {
            blockUnless(
                .constant(0), .holders(binary(.or, ownerMask(owner, range), readerMask(lock, type, range), range)),
                waitStyle(type), range)
        }
        place(entered)
        storeHidden(lock, model.perThread(.owner), range)
        emit(.acquired(lock, LockUse(subclass: subclass, sleeps: sleeps(type))), range)
        if !sleeps(type) { enterSpinlock(range) }
        return .nothing
    }

    private func waitToWrite(_ lock: Operand, isChecked: Bool, _ type: BuiltinType, _ site: CallSite) {
        let range = site.range
        let queue = offset(lock, by: Self.waitingWriters, range)
        let waiting = loadHidden(queue, range)
        if isFIFO(type) {
            storeHidden(behindWriters(lock, range), waiting, range)
            storeHidden(behindReaders(lock, range), loadHidden(offset(lock, by: Self.waitingReaders, range), range), range)
        }
        storeHidden(queue, binary(.or, waiting, ownBit(.writer(type), range), range), range)
        beginWaiting(waitStyle(type), range)
        beginStep(.endWait, range, ordering: .acquire, text: "\(folded(range)) gets the lock")
        if isChecked { emit(.checkPlace(lock, .lock), range) }
        let owner = loadHidden(lock, range)
        var busy = binary(.or, owner, countReaders(lock, type, range), range)
        var before: (writers: Operand, readers: Operand) = (.constant(0), .constant(0))
        if isFIFO(type) {
            before = (loadHidden(behindWriters(lock, range), range), loadHidden(behindReaders(lock, range), range))
            busy = binary(.or, busy, binary(.or, before.writers, before.readers, range), range)
        }
        let free = isZero(busy, range)
        let ready = newLabel(), blocked = newLabel()
        branch(free, ready, blocked, range)
        place(blocked)
        var holders = binary(.or, ownerMask(owner, range), readerMask(lock, type, range), range)
        if isFIFO(type) {
            holders = binary(.or, holders, lockThreads(before.writers, type, range), range)
            holders = binary(.or, holders, threadMask(before.readers, readers(type), range), range)
        }
        emit(.await(.constant(0), .holders(holders)), range)
        place(ready)
        // It no longer waits, and no reader is behind it any more.
        let waiters = offset(lock, by: Self.waitingWriters, range)
        storeHidden(waiters, binary(.andNot, loadHidden(waiters, range), ownBit(.writer(type), range), range), range)
        if isFIFO(type) { leaveQueue(lock, ownBit(.writer(type), range), isReader: false, range) }
        guard readersWaitForWriters(type) else { return }
        forEachThread {
            for index in readers(type).indices {
                let cell = offset(lock, by: Self.firstReader + readers(type).count + index, range)
                storeHidden(cell, binary(.andNot, loadHidden(cell, range), ownBit(.writer(type), range), range), range)
            }
        }
    }

    func writeUnlock(_ site: CallSite, _ type: BuiltinType) -> Value {
        guard let (lock, isChecked, key) = lockArgument(site.arguments[0], type) else { return .nothing }
        // Nobody else is there in INIT.
        if kind == .initialization { return .nothing }
        needLock(type, .writer, key: key)
        beginStep(.unlock, site.range, ordering: .release)
        dropOwner(lock, isChecked: isChecked, site)
        if !sleeps(type) { leaveSpinlock(site.range) }
        return .nothing
    }

    func tryWriteLock(_ site: CallSite, _ type: BuiltinType) -> Value {
        guard let (lock, isChecked, key) = lockArgument(site.arguments[0], type) else { return .error }
        // Nobody else is there in INIT.
        if kind == .initialization { return Value(1, .bool) }
        let range = site.range
        needLock(type, .writer, key: key)
        beginStep(.trylock, range, ordering: .acquire)
        if isChecked { emit(.checkPlace(lock, .lock), range) }
        var busy = binary(.or, loadHidden(lock, range), countReaders(lock, type, range), range)
        for queue in [Self.waitingWriters, Self.waitingReaders] {
            busy = binary(.or, busy, loadHidden(offset(lock, by: queue, range), range), range)
        }
        let free = isZero(busy, range)
        let done = newLabel()
        unless(free, goto: done, range)
        storeHidden(lock, model.perThread(.owner), range)
        emit(.acquired(lock, LockUse(isTry: true, sleeps: sleeps(type))), range)
        if !sleeps(type) { enterSpinlock(range) }
        place(done)
        showResult(free)
        return Value(type: .bool, parts: [free], range: 0...1)
    }

    /// From writer to reader without a gap.
    func downgrade(_ site: CallSite) -> Value {
        guard let (lock, isChecked, key) = lockArgument(site.arguments[0], .rwsem) else { return .nothing }
        // Nobody else is there in INIT.
        if kind == .initialization { return .nothing }
        needLock(.rwsem, .writer, key: key)
        needLock(.rwsem, .reader, key: key)
        beginStep(.unlock, site.range, ordering: .release)
        dropOwner(lock, isChecked: isChecked, site)
        addReader(lock, .rwsem, LockUse(isTry: true, isShared: true, sleeps: true), site.range)
        return .nothing
    }
}
