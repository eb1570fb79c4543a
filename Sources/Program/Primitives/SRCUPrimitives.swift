import Syntax

/// Sleepable RCU: each srcu_struct is a domain of its own, and its readers may sleep. (Documentation/RCU/checklist.rst.)
enum SRCUPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "srcu_read_lock": Primitive(1) { $0.srcuReadLock($1) },
        "srcu_read_unlock": Primitive(2) { $0.srcuReadUnlock($1) },
        "synchronize_srcu": Primitive(1) { $0.synchronizeSRCU($1) },
        "srcu_barrier": Primitive(1) { builder, site in
            guard let (_, _) = builder.globalDomain(site.arguments[0]) else { return .nothing }
            builder.note { $0.waitsForCallbacks = true }
            builder.waitForReaders(
                site, domain: .constant(Int64(builder.model.callbackDomainCell)), field: .barrierWait,
                endText: "srcu_barrier(): all callbacks have run")
            return .nothing
        },
        "call_srcu": Primitive(3) { builder, site in
            guard let domain = builder.globalDomain(site.arguments[0]) else { return .nothing }
            return builder.callAfterGracePeriod(site, object: 1, function: 2, srcu: domain)
        },
    ]
}

extension CodeBuilder {
    /// The srcu_struct, a global or a field of one, that an argument is the address of.
    func globalDomain(_ expression: Expression) -> (name: String, address: CellID)? {
        guard let (address, _, _) = lockArgument(expression, .srcu) else { return nil }
        guard case .constant(let cell) = address,
            let domain = model.memory.srcuDomains.first(where: { $0.firstCell == Int(cell) })
        else {
            report(.srcuNotGlobal(expression.range))
            return nil
        }
        return (domain.name, domain.firstCell)
    }

    /// The index that the kernel returns is of no use to a model: it is 0.
    func srcuReadLock(_ site: CallSite) -> Value {
        guard let (base, isChecked, key) = lockArgument(site.arguments[0], .srcu) else { return .error }
        let range = site.range
        if kind == .initialization { return Value(0) }
        needLock(.srcu, .reader, key: key)
        beginStep(.enterSection, range)
        if isChecked { emit(.checkPlace(base, .lock), range) }
        let depth = cell(base, 1, plus: .reader(.srcu), range)
        storeHidden(depth, binary(.add, loadHidden(depth, range), .constant(1), range), range)
        return Value(0)
    }

    func srcuReadUnlock(_ site: CallSite) -> Value {
        guard let (base, isChecked, key) = lockArgument(site.arguments[0], .srcu) else { return .nothing }
        let range = site.range
        _ = argument(site.arguments[1], .int)
        if kind == .initialization { return .nothing }
        needLock(.srcu, .reader, key: key)
        beginStep(.leaveSection, range)
        if isChecked { emit(.checkPlace(base, .lock), range) }
        let depth = cell(base, 1, plus: .reader(.srcu), range)
        let old = loadHidden(depth, range)
        check(
            binary(.notEqual, old, .constant(0), range), .unbalanced, name: "srcu_read_unlock",
            "srcu_read_unlock() without srcu_read_lock()", range)
        storeHidden(depth, binary(.subtract, old, .constant(1), range), range)
        emit(.quiesce(domain: base), range)
        return .nothing
    }

    func synchronizeSRCU(_ site: CallSite) -> Value {
        guard let (base, isChecked, key) = lockArgument(site.arguments[0], .srcu) else { return .nothing }
        let range = site.range
        if kind == .initialization { return .nothing }
        needLock(.srcu, .updater, key: key)
        mightSleep(range)
        beginStep(.beginWait, range)
        if isChecked { emit(.checkPlace(base, .lock), range) }
        checkMaySleep("synchronize_srcu", range)
        // Waiting for one's own read side would never end: the own depth is not masked out, it is an error of its own.
        let readers = model.memory.shapes.readers[.srcu] ?? []
        if !readers.isEmpty, model.needs.locks.contains(where: { $0.type == .srcu && $0.role == .reader && $0.threadClass == className }) {
            let own = loadHidden(cell(base, 1, plus: .reader(.srcu), range), range)
            blockUnless(isZero(own, range), .holders(binary(.shiftLeft, .constant(1), model.perThread(.number), range)), .sleeps, range)
        }
        let first = 1 + readers.count
        let into = cell(base, first, plus: .updater(.srcu), range)
        emit(.graceBegin(domain: base, into: into), range)
        beginWaiting(.sleeps, range)
        beginStep(.endWait, range, text: "the grace period of \(folded(range)) ends")
        if isChecked { emit(.checkPlace(base, .lock), range) }
        let mask = loadHidden(cell(base, first, plus: .updater(.srcu), range), range)
        blockUnless(isZero(mask, range), .grace(domain: base, mask: mask), .sleeps, range)
        return .nothing
    }
}
