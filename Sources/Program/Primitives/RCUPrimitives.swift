import Syntax

/// RCU: read sections, grace periods, callbacks. (Documentation/RCU/whatisRCU.rst.)
///
/// A grace period waits for exactly the readers inside when it began; its end is a step of its own.
enum RCUPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "rcu_read_lock": Primitive(0) { builder, site in
            builder.beginStep(.enterSection, site.range)
            builder.addContext(.rcu, 1, "", site.range)
            return .nothing
        },
        "rcu_read_unlock": Primitive(0) { builder, site in
            builder.beginStep(.leaveSection, site.range)
            builder.addContext(.rcu, -1, "rcu_read_unlock() without rcu_read_lock()", site.range)
            builder.quiesceRCU(site.range)
            return .nothing
        },
        "synchronize_rcu": Primitive(0) { builder, site in
            builder.note { $0.waitsForRCU = true }
            builder.waitForReaders(
                site, domain: .constant(Int64(builder.model.rcuDomainCell)), field: .rcuWait,
                endText: "the grace period of synchronize_rcu() ends")
            return .nothing
        },
        "rcu_barrier": Primitive(0) { builder, site in
            builder.note { $0.waitsForCallbacks = true }
            builder.waitForReaders(
                site, domain: .constant(Int64(builder.model.callbackDomainCell)), field: .barrierWait,
                endText: "rcu_barrier(): all callbacks have run")
            return .nothing
        },
        "call_rcu": Primitive(2) { $0.callAfterGracePeriod($1, object: 0, function: 1, srcu: nil) },
        "kfree_rcu": Primitive(1) { $0.freeAfterGracePeriod($1) },
    ]
}

extension CodeBuilder {
    /// Notes who is inside, in one step; goes on when they all have left, in another.
    func waitForReaders(_ site: CallSite, domain: Operand, field: ContextField, endText: String, sleeps: Bool = true) {
        let range = site.range
        if kind == .initialization { return }
        needContext(field)
        if sleeps { mightSleep(range) }
        beginStep(.beginWait, range)
        if sleeps { checkMaySleep(site.name.text, range) }
        guard hasContext(field), domain != .constant(0) else { return }
        emit(.graceBegin(domain: domain, into: context(field)), range)
        beginWaiting(.sleeps, range)
        beginStep(.endWait, range, text: endText)
        let mask = loadHidden(context(field), range)
        blockUnless(isZero(mask, range), .grace(domain: domain, mask: mask), .sleeps, range)
    }

    /// `call_rcu(object, function)` and `call_srcu(domain, object, function)`.
    func callAfterGracePeriod(_ site: CallSite, object: Int, function: Int, srcu: (name: String, address: CellID)?) -> Value {
        let value = lower(site.arguments[object])
        guard case .identifier(let name) = site.arguments[function].kind, let callee = model.functions[name] else {
            report(.callbackNotFunction(site.arguments[function].range))
            return .nothing
        }
        guard callee.body != nil, callee.parameters.count == 1 else {
            report(.callbackSignature(callee.name.range, name))
            return .nothing
        }
        let type = model.types.resolveAgain(callee.parameters[0].type)
        guard case .pointer(let pointed) = type, case .structure = pointed,
            model.types.resolveAgain(callee.result) == .void
        else {
            report(.callbackSignature(callee.name.range, name))
            return .nothing
        }
        guard let converted = convert(value, to: type, site.range) else { return .nothing }
        startCallback(
            CallbackNeed(function: .named(name), object: pointed, domain: srcu?.name), converted, domain: srcu?.address, site)
        return .nothing
    }

    func freeAfterGracePeriod(_ site: CallSite) -> Value {
        let value = lower(site.arguments[0])
        guard case .pointer(let type) = value.type, case .structure = type, value.localTarget == nil else {
            if !value.type.isError { report(.freeNeedsObject(site.range, types.describe(value.type))) }
            return .nothing
        }
        startCallback(CallbackNeed(function: .free(type), object: type, domain: nil), value, domain: nil, site)
        return .nothing
    }

    private func startCallback(_ callback: CallbackNeed, _ object: Value, domain: CellID?, _ site: CallSite) {
        let range = site.range
        note { needs in
            if !needs.callbacks.contains(callback) { needs.callbacks.append(callback) }
            if callback.domain == nil { needs.waitsForRCU = true }
        }
        if !callback.function.isFree, model.settings.rcuFlavor == .consolidated {
            let name = model.callbackName(callback)
            note { $0.context.insert(.init(field: .callbackRunning, threadClass: name)) }
        }
        beginStep(.callback, range)
        let done = newLabel()
        if callback.function.isFree { unless(object.operand, goto: done, range) }
        if needsCheck(object) { emit(.checkPlace(object.operand, .write), range) }
        if model.needs.callbacks.contains(callback), let number = model.callbackClass(callback) {
            let cell = domain ?? model.rcuDomainCell
            emit(
                .startCallback(threadClass: number, object: object.operand, domain: .constant(Int64(cell))), range)
        }
        place(done)
    }
}

extension ModelBuilder {
    /// The number that a callback's class will have: classes are the THREADs that exist, then the callbacks in order.
    func callbackClass(_ callback: CallbackNeed) -> Int? {
        guard let index = needs.callbacks.firstIndex(of: callback) else { return nil }
        return threadDeclarations.filter { $0.count > 0 }.count + index
    }
}
