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
            let taken = builder.tryOwner(address, isChecked: isChecked, site, sleeps: true) {}
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
        mightSleep(site.range)
        beginStep(.lock, site.range, ordering: .acquire)
        takeOwner(lock.address, isChecked: lock.isChecked, site, subclass: subclass, sleeps: true)
    }

    func mutexUnlock(at lock: LockArgument, _ site: CallSite) {
        beginStep(.unlock, site.range, ordering: .release)
        dropOwner(lock.address, isChecked: lock.isChecked, site)
    }
}
