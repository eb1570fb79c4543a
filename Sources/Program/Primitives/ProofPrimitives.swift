import Syntax

/// What belongs to the proof: ASSERT, BUG_ON and lockdep's assertions, and what only a proof may ask.
enum ProofPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "ASSERT": Primitive(2, .any) { $0.assertion($1) },
        "BUG_ON": Primitive(1) { $0.bugOn($1) },
        "WARN_ON": Primitive(1) { $0.bugOn($1) },
        "WARN_ON_ONCE": Primitive(1) { $0.bugOn($1) },
        "lockdep_assert_held": Primitive(1) { $0.lockAssertion($1, isWrite: false) },
        "lockdep_assert_held_write": Primitive(1) { $0.lockAssertion($1, isWrite: true) },
        "live": Primitive(1, .proofOnly) { builder, site in
            guard builder.requireProof(site) else { return .error }
            let value = builder.lower(site.arguments[0])
            guard value.type.isPointer else {
                if !value.type.isError { builder.report(.notAPointer(site.range, builder.types.describe(value.type))) }
                return .error
            }
            let result = builder.define(.bool, site.range) { .live($0, value.operand) }
            return Value(type: .bool, parts: [result], range: 0...1)
        },
        "ended": Primitive(2, .proofOnly) { builder, site in
            guard builder.requireProof(site), let (name, index) = builder.instance(site) else { return .error }
            guard let number = builder.model.threadClassNumber(name) else { return Value(1, .bool) }
            let result = builder.define(.bool, site.range) { .ended($0, threadClass: number, index: index) }
            return Value(type: .bool, parts: [result], range: 0...1)
        },
        "at": Primitive(3, .proofOnly) { builder, site in
            guard builder.requireProof(site), let (name, index) = builder.instance(site) else { return .error }
            guard case .identifier(let label) = site.arguments[2].kind else {
                builder.report(.atNeedsLabel(site.arguments[2].range))
                return .error
            }
            builder.model.labelUses.append((name, label, site.arguments[2].range))
            guard let number = builder.model.threadClassNumber(name) else { return Value(0, .bool) }
            let result = builder.define(.bool, site.range) {
                .atLabel($0, threadClass: number, index: index, label: label)
            }
            return Value(type: .bool, parts: [result], range: 0...1)
        },
    ]
}

extension CodeBuilder {
    func requireProof(_ site: CallSite) -> Bool {
        if mode == .proof { return true }
        report(.proofOnly(site.name))
        return false
    }

    /// The thread and instance that `ended()` and `at()` name.
    func instance(_ site: CallSite) -> (name: String, index: Operand)? {
        guard case .identifier(let name) = site.arguments[0].kind,
            model.threadDeclarations.contains(where: { $0.declaration.name.text == name })
        else {
            let known = model.threadDeclarations.map(\.declaration.name.text)
            report(.notAThread(site.arguments[0].range, nearest(folded(site.arguments[0].range), in: known)))
            return nil
        }
        guard let index = argument(site.arguments[1], .int) else { return nil }
        return (name, index.operand)
    }

    /// `ASSERT(name, condition)`: of the instant after the preceding step.
    func assertion(_ site: CallSite) -> Value {
        guard case .identifier(let name) = site.arguments[0].kind else {
            report(.assertNeedsName(site.arguments[0].range))
            return .nothing
        }
        if kind == .property {
            report(.proofChangesProgram(site.range))
            return .nothing
        }
        inProof {
            let value = lower(site.arguments[1])
            guard value.type.isScalar else {
                if !value.type.isError { report(.notAnInteger(site.arguments[1].range, types.describe(value.type))) }
                return
            }
            check(
                truth(value, site.range), .assertion, name: name,
                "\(folded(site.arguments[1].range)) does not hold", site.range)
        }
        return .nothing
    }

    /// BUG_ON() and WARN_ON() are ordinary code: their loads are steps.
    func bugOn(_ site: CallSite) -> Value {
        let value = lower(site.arguments[0])
        guard value.type.isScalar else {
            if !value.type.isError { report(.notAnInteger(site.range, types.describe(value.type))) }
            return .error
        }
        let isBad = truth(value, site.range)
        check(
            isZero(isBad, site.range), .assertion, name: site.name.text,
            "\(folded(site.range)) fires", site.range)
        return site.name.text.hasSuffix("BUG_ON") ? .nothing : Value(type: .bool, parts: [isBad], range: 0...1)
    }

    func lockAssertion(_ site: CallSite, isWrite: Bool) -> Value {
        let value = lower(site.arguments[0])
        guard case .pointer(.builtin(let type)) = value.type,
            [.spinlock, .rwlock, .mutex, .rwsem, .seqlock].contains(type)
        else {
            if !value.type.isError {
                report(.wrongLockType(site.arguments[0].range, types.describe(value.type), "a lock"))
            }
            return .nothing
        }
        if needsCheck(value) { emit(.checkPlace(value.operand, .lock), site.range) }
        emit(.checkLockHeld(value.operand, isWrite: isWrite), site.range)
        return .nothing
    }
}

extension ModelBuilder {
    /// The number of a THREAD's class among those that have instances; nil if it has none.
    func threadClassNumber(_ name: String) -> Int? {
        threadDeclarations.filter { $0.count > 0 }.firstIndex { $0.declaration.name.text == name }
    }
}
