import Syntax

/// Mutexes: they sleep, and the owner is known. (Documentation/locking/mutex-design.rst.)
enum MutexPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "mutex_lock": Primitive(1) { $0.mutexLock($1, subclass: 0) },
        "mutex_lock_nested": Primitive(2) { $0.mutexLock($1, subclass: $0.subclass($1)) },
        "mutex_unlock": Primitive(1) { builder, site in
            guard let lock = builder.lockArgument(site.arguments[0], .mutex) else { return .nothing }
            builder.mutexUnlock(at: lock, site)
            return .nothing
        },
        "mutex_trylock": Primitive(1) { builder, site in
            guard let (address, isChecked, _) = builder.lockArgument(site.arguments[0], .mutex) else { return .error }
            builder.beginStep(.trylock, site.range, ordering: .acquire)
            let taken = builder.tryOwner(
                address, isChecked: isChecked, site, queue: builder.queuesLocks ? 1 : nil, sleeps: true) {}
            builder.showResult(taken)
            return Value(type: .bool, parts: [taken], range: 0...1)
        },
        "mutex_is_locked": Primitive(1, .pure) { $0.isLocked($1, .mutex) },
    ]
}

extension CodeBuilder {
    func mutexLock(_ site: CallSite, subclass: Int) -> Value {
        guard let lock = lockArgument(site.arguments[0], .mutex) else { return .nothing }
        mutexLock(at: lock, site, subclass: subclass)
        return .nothing
    }

    func mutexLock(at lock: LockArgument, _ site: CallSite, subclass: Int = 0) {
        if queuesLocks, kind != .initialization {
            queuedMutexLock(lock.address, isChecked: lock.isChecked, key: lock.key, site, subclass: subclass)
            return
        }
        mightSleep(site.range)
        beginStep(.lock, site.range, ordering: .acquire)
        takeOwner(lock.address, isChecked: lock.isChecked, site, subclass: subclass, sleeps: true)
    }

    func mutexUnlock(at lock: LockArgument, _ site: CallSite) {
        beginStep(.unlock, site.range, ordering: .release)
        dropOwner(lock.address, isChecked: lock.isChecked, site)
    }

    /// `LOCKS(FIFO)`.
    var queuesLocks: Bool { model.settings.lockPolicy == .fifo }

    /// Who finds the mutex taken, or others waiting for it, waits behind those: to begin to wait is a step of its own. Each
    /// takes it when all that came before have had it.
    private func queuedMutexLock(
        _ lock: Operand, isChecked: Bool, key: String?, _ site: CallSite, subclass: Int
    ) {
        let range = site.range
        needLock(.mutex, .writer, key: key)
        mightSleep(range)
        beginStep(.lock, range, ordering: .acquire)
        if isChecked { emit(.checkPlace(lock, .lock), range) }
        let owner = loadHidden(lock, range)
        check(
            binary(.notEqual, owner, model.perThread(.owner), range), .recursiveLock, name: site.name.text,
            "\(site.name.text)() of a lock that the thread holds already", range)
        checkMaySleep(site.name.text, range)
        let queue = offset(lock, by: 1, range)
        let behind = cell(lock, 2, plus: .writer(.mutex), range)
        let waiting = loadHidden(queue, range)
        let free = isZero(binary(.or, owner, waiting, range), range)
        let entered = newLabel()
        if atomics.isEmpty {
            let blocked = newLabel()
            branch(free, entered, blocked, range)
            place(blocked)
            storeHidden(behind, waiting, range)
            storeHidden(queue, binary(.or, waiting, ownBit(.writer(.mutex), range), range), range)
            beginWaiting(.sleeps, range)
            beginStep(.endWait, range, ordering: .acquire, text: "\(folded(range)) gets the lock")
            if isChecked { emit(.checkPlace(lock, .lock), range) }
            let holder = loadHidden(lock, range)
            let earlier = loadHidden(behind, range)
            let isMine = isZero(binary(.or, holder, earlier, range), range)
            let holders = binary(.or, ownerMask(holder, range), lockThreads(earlier, .mutex, range), range)
            emit(.await(isMine, .holders(holders)), range)
            storeHidden(queue, binary(.andNot, loadHidden(queue, range), ownBit(.writer(.mutex), range), range), range)
            for index in (model.memory.shapes.writers[.mutex] ?? []).indices {
                let other = offset(lock, by: 2 + index, range)
                storeHidden(
                    other, binary(.andNot, loadHidden(other, range), ownBit(.writer(.mutex), range), range), range)
            }
        } else {
            let holders = binary(.or, ownerMask(owner, range), lockThreads(waiting, .mutex, range), range)
            blockUnless(free, .holders(holders), .sleeps, range)
        }
        place(entered)
        storeHidden(lock, model.perThread(.owner), range)
        emit(.acquired(lock, LockUse(subclass: subclass, sleeps: true)), range)
    }

    /// A mask over the threads that lock a type for writing as a mask over all threads.
    func lockThreads(_ mask: Operand, _ type: BuiltinType, _ range: SourceRange) -> Operand {
        threadMask(mask, model.memory.shapes.writers[type] ?? [], range)
    }

    /// A mask over a list of threads as a mask over all threads.
    func threadMask(_ mask: Operand, _ list: [Int], _ range: SourceRange) -> Operand {
        forEachThread {
            var threads: Operand = .constant(0)
            for (index, thread) in list.enumerated() {
                let isIn = binary(.hasBit, mask, .constant(Int64(index)), range)
                threads = binary(.or, threads, binary(.shiftLeft, isIn, .constant(Int64(thread)), range), range)
            }
            return threads
        }
    }
}
