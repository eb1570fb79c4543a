import Syntax

/// Spinlocks: the owner is known, preemption is off while one is held. (Documentation/locking/spinlocks.rst.)
enum SpinlockPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "spin_lock": Primitive(1) { $0.spinLock($1, .spinlock) },
        "spin_lock_nested": Primitive(2) { $0.spinLock($1, .spinlock, subclass: $0.subclass($1)) },
        "spin_unlock": Primitive(1) { $0.spinUnlock($1, .spinlock) },
        "spin_trylock": Primitive(1) { $0.spinTrylock($1) },
        "spin_is_locked": Primitive(1, .pure) { $0.isLocked($1, .spinlock) },
        "spin_lock_irq": Primitive(1) { builder, site in
            builder.spinLock(site, .spinlock, before: { builder.disableInterrupts(site.range, isPart: true) })
        },
        "spin_unlock_irq": Primitive(1) { builder, site in
            let value = builder.spinUnlock(site, .spinlock)
            builder.enableInterrupts(site.range, isPart: true)
            return value
        },
        "spin_lock_irqsave": Primitive(2) { builder, site in
            builder.spinLock(
                site, .spinlock, before: { builder.saveInterrupts(site.arguments[1], site.range, isPart: true) })
        },
        "spin_unlock_irqrestore": Primitive(2) { builder, site in
            let value = builder.spinUnlock(site, .spinlock)
            builder.restoreInterrupts(site.arguments[1], site.range, isPart: true)
            return value
        },
        "spin_lock_bh": Primitive(1) { builder, site in
            builder.spinLock(site, .spinlock, more: { builder.addContext(.bottomHalves, 1, "", site.range) })
        },
        "spin_unlock_bh": Primitive(1) { builder, site in
            builder.spinUnlock(site, .spinlock) {
                builder.addContext(.bottomHalves, -1, "local_bh_enable() without local_bh_disable()", site.range)
            }
        },
    ]
}

extension CodeBuilder {
    /// The subclass of a `_nested` form.
    func subclass(_ site: CallSite) -> Int {
        guard site.arguments.count > 1, let value = types.evaluate(site.arguments[1], &model.diagnostics) else { return 0 }
        return Int(clamping: value)
    }

    /// Takes the lock whose owner cell the first argument names. `before` is done when the argument is known, `more` within
    /// the same step.
    func spinLock(
        _ site: CallSite, _ type: BuiltinType, subclass: Int = 0, before: () -> Void = {}, more: () -> Void = {}
    ) -> Value {
        guard let lock = lockArgument(site.arguments[0], type) else { return .nothing }
        before()
        return spinLock(at: lock, site, subclass: subclass, more: more)
    }

    func spinLock(at lock: LockArgument, _ site: CallSite, subclass: Int = 0, more: () -> Void = {}) -> Value {
        let (address, isChecked, _) = lock
        beginStep(.lock, site.range, ordering: .acquire)
        takeOwner(address, isChecked: isChecked, site, subclass: subclass, sleeps: false)
        enterSpinlock(site.range)
        more()
        return .nothing
    }

    /// Waits for the owner cell to be free and takes it; a second lock by the owner is an error, and comes before that of
    /// sleeping where one may not, as everywhere.
    func takeOwner(_ address: Operand, isChecked: Bool, _ site: CallSite, subclass: Int, sleeps: Bool) {
        if isChecked { emit(.checkPlace(address, .lock), site.range) }
        let owner = loadHidden(address, site.range)
        let me = model.perThread(.owner)
        check(
            binary(.notEqual, owner, me, site.range), .recursiveLock, name: site.name.text,
            "\(site.name.text)() of a lock that the thread holds already", site.range)
        if sleeps { checkMaySleep(site.name.text, site.range) }
        let holder = ownerMask(owner, site.range)
        blockUnless(isZero(owner, site.range), .holders(holder), sleeps ? .sleeps : .spins, site.range)
        storeHidden(address, me, site.range)
        emit(.acquired(address, LockUse(subclass: subclass, sleeps: sleeps)), site.range)
    }

    func spinUnlock(_ site: CallSite, _ type: BuiltinType, more: () -> Void = {}) -> Value {
        guard let lock = lockArgument(site.arguments[0], type) else { return .nothing }
        return spinUnlock(at: lock, site, more: more)
    }

    func spinUnlock(at lock: LockArgument, _ site: CallSite, more: () -> Void = {}) -> Value {
        beginStep(.unlock, site.range, ordering: .release)
        dropOwner(lock.address, isChecked: lock.isChecked, site)
        more()
        leaveSpinlock(site.range)
        return .nothing
    }

    func dropOwner(_ address: Operand, isChecked: Bool, _ site: CallSite) {
        if isChecked { emit(.checkPlace(address, .lock), site.range) }
        let owner = loadHidden(address, site.range)
        check(
            binary(.equal, owner, model.perThread(.owner), site.range), .badUnlock, name: site.name.text,
            "\(site.name.text)() of a lock that the thread does not hold", site.range)
        emit(.released(address), site.range)
        storeHidden(address, .constant(0), site.range)
    }

    func spinTrylock(_ site: CallSite) -> Value {
        guard let (address, isChecked, _) = lockArgument(site.arguments[0], .spinlock) else { return .error }
        beginStep(.trylock, site.range, ordering: .acquire)
        let taken = tryOwner(address, isChecked: isChecked, site, sleeps: false) { self.enterSpinlock(site.range) }
        showResult(taken)
        return Value(type: .bool, parts: [taken], range: 0...1)
    }

    /// Takes the owner cell if it is free; a trylock of one's own lock fails. So it does while anybody is in the queue, where
    /// the lock has one, so many cells behind the owner.
    func tryOwner(
        _ address: Operand, isChecked: Bool, _ site: CallSite, queue: Int? = nil, sleeps: Bool, more: () -> Void
    ) -> Operand {
        if isChecked { emit(.checkPlace(address, .lock), site.range) }
        var busy = loadHidden(address, site.range)
        if let queue { busy = binary(.or, busy, loadHidden(offset(address, by: queue, site.range), site.range), site.range) }
        let isFree = isZero(busy, site.range)
        let done = newLabel()
        unless(isFree, goto: done, site.range)
        storeHidden(address, model.perThread(.owner), site.range)
        emit(.acquired(address, LockUse(isTry: true, sleeps: sleeps)), site.range)
        more()
        place(done)
        return isFree
    }

    func isLocked(_ site: CallSite, _ type: BuiltinType) -> Value {
        guard let (address, isChecked, _) = lockArgument(site.arguments[0], type) else { return .error }
        beginStep(.load, site.range)
        if isChecked { emit(.checkPlace(address, .read), site.range) }
        var held = loadHidden(address, site.range)
        if type == .mutex, queuesLocks {
            // Handed over, it is never free while somebody waits.
            held = binary(.or, held, loadHidden(offset(address, by: 1, site.range), site.range), site.range)
        }
        if type == .rwsem || type == .rwlock {
            let readers = countReaders(address, type, site.range)
            held = binary(.or, held, readers, site.range)
        }
        let result = binary(.notEqual, held, .constant(0), site.range)
        showResult(result)
        return Value(type: .bool, parts: [result], range: 0...1)
    }
}
