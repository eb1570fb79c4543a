import Syntax

/// `atomic_*` on an atomic_t: one step each, with the kernel's orderings. (Documentation/atomic_t.txt.)
enum AtomicPrimitives {
    private static let orders: [(String, Ordering)] = [
        ("", .full), ("_relaxed", .relaxed), ("_acquire", .acquire), ("_release", .release),
    ]

    private static let operations: [(String, BinaryOperation)] = [
        ("add", .add), ("sub", .subtract), ("or", .or), ("and", .and), ("andnot", .andNot), ("xor", .exclusiveOr),
    ]

    nonisolated(unsafe) static let table: [String: Primitive] = {
        var table: [String: Primitive] = [
            "atomic_read": Primitive(1, .pure) { $0.atomicRead($1, .relaxed) },
            "atomic_read_acquire": Primitive(1, .pure) { $0.atomicRead($1, .acquire) },
            "atomic_set": Primitive(2) { $0.atomicSet($1, .relaxed) },
            "atomic_set_release": Primitive(2) { $0.atomicSet($1, .release) },
            "atomic_inc_not_zero": Primitive(1) { builder, site in
                builder.atomicAddUnless(site, .atomic, add: .constant(1), unless: .constant(0))
            },
            "atomic_add_unless": Primitive(3) { builder, site in
                guard let counter = builder.counterArgument(site.arguments[0], .atomic),
                    let add = builder.argument(site, 1, .int), let unless = builder.argument(site, 2, .int)
                else { return .error }
                return builder.atomicAddUnless(at: counter, site, add: add.operand, unless: unless.operand)
            },
            "atomic_dec_and_test": Primitive(1) { builder, site in
                builder.atomicAndTest(site, counter: 0, .constant(1))
            },
            "atomic_sub_and_test": Primitive(2) { builder, site in
                let amount = builder.argument(site, 0, .int)?.operand ?? .constant(0)
                return builder.atomicAndTest(site, counter: 1, amount)
            },
            "atomic_inc_unless_negative": Primitive(1) { builder, site in
                builder.atomicAdd(site, 1) { builder.binary(.lessSigned, $0, .constant(0), site.range) }
            },
            "atomic_dec_unless_positive": Primitive(1) { builder, site in
                builder.atomicAdd(site, -1) { builder.binary(.lessSigned, .constant(0), $0, site.range) }
            },
            "atomic_dec_if_positive": Primitive(1) { builder, site in
                builder.atomicAdd(site, -1) { builder.binary(.lessOrEqualSigned, $0, .constant(0), site.range) }
            },
            "atomic_inc_and_test": Primitive(1) { builder, site in
                builder.atomicAndTest(site, counter: 0, .constant(-1))
            },
            "atomic_dec_and_lock": Primitive(2) { $0.decrementAndLock($1, .atomic, .spinlock) },
            "refcount_dec_and_lock": Primitive(2) { $0.decrementAndLock($1, .refcount, .spinlock) },
            "refcount_dec_and_mutex_lock": Primitive(2) { $0.decrementAndLock($1, .refcount, .mutex) },
        ]
        for (name, operation) in operations {
            table["atomic_\(name)"] = Primitive(2) { builder, site in
                _ = builder.atomicUpdate(site, operation, amount: 0, counter: 1, .relaxed, returnsNew: false, isVoid: true)
                return .nothing
            }
            for (suffix, ordering) in orders {
                table["atomic_fetch_\(name)\(suffix)"] = Primitive(2) {
                    $0.atomicUpdate($1, operation, amount: 0, counter: 1, ordering, returnsNew: false)
                }
                if name == "add" || name == "sub" {
                    table["atomic_\(name)_return\(suffix)"] = Primitive(2) {
                        $0.atomicUpdate($1, operation, amount: 0, counter: 1, ordering, returnsNew: true)
                    }
                }
            }
        }
        for (name, operation) in [("inc", BinaryOperation.add), ("dec", .subtract)] {
            table["atomic_fetch_\(name)"] = Primitive(1) {
                $0.atomicUpdate($1, operation, amount: nil, counter: 0, .full, returnsNew: false)
            }
            table["atomic_\(name)"] = Primitive(1) { builder, site in
                _ = builder.atomicUpdate(site, operation, amount: nil, counter: 0, .relaxed, returnsNew: false, isVoid: true)
                return .nothing
            }
            for (suffix, ordering) in orders {
                table["atomic_\(name)_return\(suffix)"] = Primitive(1) {
                    $0.atomicUpdate($1, operation, amount: nil, counter: 0, ordering, returnsNew: true)
                }
            }
        }
        for (suffix, ordering) in orders {
            table["atomic_xchg\(suffix)"] = Primitive(2) { $0.atomicExchange($1, ordering) }
            table["atomic_cmpxchg\(suffix)"] = Primitive(3) { $0.atomicCompareExchange($1, ordering) }
            table["atomic_try_cmpxchg\(suffix)"] = Primitive(3) { $0.atomicTryCompareExchange($1, ordering) }
        }
        return table
    }()
}

extension CodeBuilder {
    private static let int32 = IntegerShape(bits: 32, isSigned: true)

    /// The counter that an argument points to: its cell, and whether to look before following.
    typealias CounterArgument = (address: Operand, isChecked: Bool)

    func counterArgument(_ expression: Expression, _ type: BuiltinType) -> CounterArgument? {
        guard let (address, isChecked, _) = lockArgument(expression, type) else { return nil }
        return (address, isChecked)
    }

    func loadCounter(_ address: Operand, isChecked: Bool, _ use: PlaceUse, _ ordering: Ordering, _ range: SourceRange) -> Operand {
        if isChecked { emit(.checkPlace(address, use), range) }
        return define(.int, range) { .load($0, address, access(.marked, ordering)) }
    }

    func storeCounter(_ address: Operand, _ value: Operand, _ ordering: Ordering, _ range: SourceRange) {
        emit(.store(address, value, access(.marked, ordering)), range)
    }

    func int32(_ operand: Operand, _ range: SourceRange) -> Operand {
        if case .constant(let value) = operand { return .constant(InitialRanges.wrap(value, Self.int32)) }
        return define(.int, range) { .convert($0, operand, Self.int32) }
    }

    private func intValue(_ operand: Operand) -> Value {
        Value(type: .int, parts: [operand], range: Int64(Int32.min)...Int64(Int32.max))
    }

    func atomicRead(_ site: CallSite, _ ordering: Ordering) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .atomic) else { return .error }
        beginStep(.load, site.range, ordering: ordering)
        let value = loadCounter(address, isChecked: isChecked, .read, ordering, site.range)
        showResult(value)
        return intValue(value)
    }

    func atomicSet(_ site: CallSite, _ ordering: Ordering) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .atomic),
            let value = argument(site.arguments[1], .int)
        else { return .nothing }
        beginStep(.store, site.range, ordering: ordering)
        if isChecked { emit(.checkPlace(address, .write), site.range) }
        storeCounter(address, value.operand, ordering, site.range)
        return .nothing
    }

    /// `amount` and `counter` are the numbers of the arguments; an absent amount is 1.
    func atomicUpdate(
        _ site: CallSite, _ operation: BinaryOperation, amount: Int?, counter: Int, _ ordering: Ordering,
        returnsNew: Bool, isVoid: Bool = false
    ) -> Value {
        var change: Operand = .constant(1)
        if let amount {
            guard let value = argument(site, amount, .int) else { return .error }
            change = value.operand
        }
        guard let (address, isChecked) = counterArgument(site.arguments[counter], .atomic) else { return .error }
        beginStep(.readModifyWrite, site.range, ordering: ordering)
        let old = loadCounter(address, isChecked: isChecked, .write, ordering, site.range)
        let new = int32(binary(operation, old, change, site.range), site.range)
        storeCounter(address, new, ordering, site.range)
        if !isVoid { showResult(returnsNew ? new : old) }
        return intValue(returnsNew ? new : old)
    }

    func atomicAndTest(_ site: CallSite, counter: Int, _ amount: Operand) -> Value {
        guard let counter = counterArgument(site.arguments[counter], .atomic) else { return .error }
        return atomicAndTest(at: counter, site, amount)
    }

    private func checkIsPositive(_ count: Operand, _ site: CallSite) {
        check(
            binary(.lessSigned, .constant(0), count, site.range), .refcount, name: site.name.text,
            "\(site.name.text)() of a count that is zero: it falls below", site.range)
    }

    private func atomicAndTest(
        at counter: CounterArgument, _ site: CallSite, _ amount: Operand, isRefcount: Bool = false
    ) -> Value {
        beginStep(.readModifyWrite, site.range, ordering: .full)
        let address = counter.address
        let old = loadCounter(address, isChecked: counter.isChecked, .write, .full, site.range)
        if isRefcount { checkIsPositive(old, site) }
        let new = int32(binary(.subtract, old, amount, site.range), site.range)
        storeCounter(address, new, .full, site.range)
        let result = isZero(new, site.range)
        showResult(result)
        return Value(type: .bool, parts: [result], range: 0...1)
    }

    /// Adds unless the counter has the given value; true if it did.
    func atomicAddUnless(_ site: CallSite, _ type: BuiltinType, add: Operand, unless: Operand) -> Value {
        guard let counter = counterArgument(site.arguments[0], type) else { return .error }
        return atomicAddUnless(at: counter, site, add: add, unless: unless)
    }

    func atomicAddUnless(
        at counter: CounterArgument, _ site: CallSite, add: Operand, unless: Operand, isRefcount: Bool = false
    ) -> Value {
        beginStep(.readModifyWrite, site.range, ordering: .full)
        let address = counter.address
        let old = loadCounter(address, isChecked: counter.isChecked, .write, .full, site.range)
        if isRefcount { checkIsPositive(old, site) }
        let differs = binary(.notEqual, old, unless, site.range)
        let done = newLabel()
        self.unless(differs, goto: done, site.range)
        storeCounter(address, int32(binary(.add, old, add, site.range), site.range), .full, site.range)
        place(done)
        showResult(differs)
        return Value(type: .bool, parts: [differs], range: 0...1)
    }

    /// Adds unless the old value forbids it; gives whether it did, or of atomic_dec_if_positive() the new value, as though it
    /// had.
    func atomicAdd(_ site: CallSite, _ amount: Int64, isRefused: (Operand) -> Operand) -> Value {
        guard let counter = counterArgument(site.arguments[0], .atomic) else { return .error }
        beginStep(.readModifyWrite, site.range, ordering: .full)
        let old = loadCounter(counter.address, isChecked: counter.isChecked, .write, .full, site.range)
        let isDone = isZero(isRefused(old), site.range)
        let new = int32(binary(.add, old, .constant(amount), site.range), site.range)
        let done = newLabel()
        self.unless(isDone, goto: done, site.range)
        storeCounter(counter.address, new, .full, site.range)
        place(done)
        let givesNew = site.name.text.hasSuffix("if_positive")
        showResult(givesNew ? new : isDone)
        return givesNew ? intValue(new) : Value(type: .bool, parts: [isDone], range: 0...1)
    }

    func atomicExchange(_ site: CallSite, _ ordering: Ordering) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .atomic),
            let value = argument(site.arguments[1], .int)
        else { return .error }
        beginStep(.readModifyWrite, site.range, ordering: ordering)
        let old = loadCounter(address, isChecked: isChecked, .write, ordering, site.range)
        storeCounter(address, value.operand, ordering, site.range)
        showResult(old)
        return intValue(old)
    }

    private func counterCompareExchange(
        _ address: Operand, isChecked: Bool, _ expected: Operand, _ new: Operand, _ ordering: Ordering, _ range: SourceRange
    ) -> (old: Operand, success: Operand) {
        beginStep(.readModifyWrite, range, ordering: ordering)
        let old = loadCounter(address, isChecked: isChecked, .write, ordering, range)
        let same = binary(.equal, old, expected, range)
        let done = newLabel()
        unless(same, goto: done, range)
        storeCounter(address, new, ordering, range)
        place(done)
        return (old, same)
    }

    func atomicCompareExchange(_ site: CallSite, _ ordering: Ordering) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .atomic),
            let expected = argument(site, 1, .int), let new = argument(site, 2, .int)
        else { return .error }
        let (old, _) = counterCompareExchange(
            address, isChecked: isChecked, expected.operand, new.operand, ordering, site.range)
        showResult(old)
        return intValue(old)
    }

    func atomicTryCompareExchange(_ site: CallSite, _ ordering: Ordering) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .atomic),
            let local = localArgument(site.arguments[1]), let new = argument(site.arguments[2], .int)
        else { return .error }
        let expected = read(local, site.range)
        let (old, success) = counterCompareExchange(
            address, isChecked: isChecked, expected.operand, new.operand, ordering, site.range)
        showResult(success)
        let done = newLabel(), failed = newLabel()
        branch(success, done, failed, site.range)
        place(failed)
        write(local, intValue(old), site.range)
        place(done)
        return Value(type: .bool, parts: [success], range: 0...1)
    }

    /// lib/dec_and_lock.c: drop the count unless it would reach zero; else take the lock, then drop it.
    ///
    /// `counter` and `lock` are of these types; a refcount_t that is zero is a fault, as it is there.
    func decrementAndLock(_ site: CallSite, _ counterType: BuiltinType, _ lockType: BuiltinType) -> Value {
        guard let counter = counterArgument(site.arguments[0], counterType),
            let lock = lockArgument(site.arguments[1], lockType)
        else { return .error }
        let sleeps = lockType == .mutex
        if sleeps { checkMaySleep(site.name.text, site.range) }
        let result = newRegister(.bool)
        let isRefcount = counterType == .refcount
        let dropped = atomicAddUnless(
            at: counter, site, add: .constant(-1), unless: .constant(1), isRefcount: isRefcount)
        let slow = newLabel(), done = newLabel()
        emit(.move(result, .constant(0)), site.range)
        let fast = newLabel()
        branch(dropped.operand, fast, slow, site.range)
        place(fast)
        jump(done, site.range)
        place(slow)
        if sleeps { mutexLock(at: lock, site) } else { _ = spinLock(at: lock, site) }
        let reachedZero = atomicAndTest(at: counter, site, .constant(1), isRefcount: isRefcount)
        let zero = newLabel(), more = newLabel()
        branch(reachedZero.operand, zero, more, site.range)
        place(more)
        if sleeps { mutexUnlock(at: lock, site) } else { _ = spinUnlock(at: lock, site) }
        jump(done, site.range)
        place(zero)
        emit(.move(result, .constant(1)), site.range)
        place(done)
        return Value(type: .bool, parts: [.register(result)], range: 0...1)
    }
}
