import Syntax

/// `refcount_*`: an increment from zero, and a decrement below it, are errors. (lib/refcount.c.)
enum RefcountPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "refcount_read": Primitive(1, .pure) { $0.refcountRead($1) },
        "refcount_set": Primitive(2) { $0.refcountSet($1) },
        "refcount_inc": Primitive(1) { $0.refcountIncrement($1) },
        "refcount_dec": Primitive(1) { $0.refcountDecrement($1, test: false) },
        "refcount_dec_and_test": Primitive(1) { $0.refcountDecrement($1, test: true) },
        "refcount_inc_not_zero": Primitive(1) {
            $0.atomicAddUnless($1, .refcount, add: .constant(1), unless: .constant(0))
        },
        "refcount_freeze": Primitive(2) { $0.refcountExchange($1, expected: $1.arguments[1], new: 0) },
        "refcount_unfreeze": Primitive(2) { $0.refcountUnfreeze($1) },
        "refcount_dec_if_one": Primitive(1) { $0.refcountExchange($1, expected: nil, new: 0) },
        "refcount_dec_not_one": Primitive(1) {
            $0.atomicAddUnless($1, .refcount, add: .constant(-1), unless: .constant(1))
        },
        "refcount_add": Primitive(2) { $0.refcountAdd($1) },
        "refcount_add_not_zero": Primitive(2) { builder, site in
            guard let amount = builder.argument(site, 0, .int),
                let counter = builder.counterArgument(site.arguments[1], .refcount)
            else { return .error }
            return builder.atomicAddUnless(at: counter, site, add: amount.operand, unless: .constant(0))
        },
        "refcount_sub_and_test": Primitive(2) { builder, site in
            guard let amount = builder.argument(site, 0, .int) else { return .error }
            return builder.refcountDecrement(site, test: true, by: amount.operand, counter: 1)
        },
    ]
}

extension CodeBuilder {
    /// folio_ref_unfreeze(): a count that was frozen is given its value again, with release ordering.
    func refcountUnfreeze(_ site: CallSite) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .refcount),
            let value = argument(site.arguments[1], .int)
        else { return .nothing }
        beginStep(.store, site.range, ordering: .release)
        let old = loadCounter(address, isChecked: isChecked, .write, .relaxed, site.range)
        check(
            isZero(old, site.range), .refcount, name: "refcount_unfreeze",
            "refcount_unfreeze() of a count that is not frozen", site.range)
        storeCounter(address, value.operand, .release, site.range)
        return .nothing
    }

    func refcountAdd(_ site: CallSite) -> Value {
        guard let amount = argument(site, 0, .int),
            let (address, isChecked) = counterArgument(site.arguments[1], .refcount)
        else { return .nothing }
        beginStep(.readModifyWrite, site.range)
        let old = loadCounter(address, isChecked: isChecked, .write, .relaxed, site.range)
        check(
            binary(.lessSigned, .constant(0), old, site.range), .refcount, name: "refcount_add",
            "refcount_add() to a count that is zero: the object was on its way out", site.range)
        storeCounter(address, binary(.add, old, amount.operand, site.range), .relaxed, site.range)
        return .nothing
    }

    func refcountRead(_ site: CallSite) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .refcount) else { return .error }
        beginStep(.load, site.range)
        let value = loadCounter(address, isChecked: isChecked, .read, .relaxed, site.range)
        showResult(value)
        return Value(type: .int, parts: [value], range: Int64(Int32.min)...Int64(Int32.max))
    }

    func refcountSet(_ site: CallSite) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .refcount),
            let value = argument(site.arguments[1], .int)
        else { return .nothing }
        beginStep(.store, site.range)
        if isChecked { emit(.checkPlace(address, .write), site.range) }
        storeCounter(address, value.operand, .relaxed, site.range)
        return .nothing
    }

    func refcountIncrement(_ site: CallSite) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .refcount) else { return .nothing }
        beginStep(.readModifyWrite, site.range)
        let old = loadCounter(address, isChecked: isChecked, .write, .relaxed, site.range)
        check(
            binary(.lessSigned, .constant(0), old, site.range), .refcount, name: "refcount_inc",
            "refcount_inc() of a count that is zero: the object was on its way out", site.range)
        storeCounter(address, binary(.add, old, .constant(1), site.range), .relaxed, site.range)
        return .nothing
    }

    func refcountDecrement(
        _ site: CallSite, test: Bool, by amount: Operand = .constant(1), counter: Int = 0
    ) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[counter], .refcount) else { return .error }
        beginStep(.readModifyWrite, site.range, ordering: test ? .full : .release)
        let old = loadCounter(address, isChecked: isChecked, .write, .release, site.range)
        let name = site.name.text
        check(
            binary(.lessOrEqualSigned, amount, old, site.range), .refcount, name: name,
            amount == .constant(1)
                ? "\(name)() of a count that is zero: it falls below" : "\(name)() brings the count below zero", site.range)
        let new = binary(.subtract, old, amount, site.range)
        if !test {
            check(
                binary(.lessSigned, .constant(0), new, site.range), .refcount, name: name,
                "refcount_dec() brings the count to zero, and nobody frees the object: use refcount_dec_and_test()",
                site.range)
        }
        storeCounter(address, new, .release, site.range)
        guard test else { return .nothing }
        let result = isZero(new, site.range)
        showResult(result)
        return Value(type: .bool, parts: [result], range: 0...1)
    }

    /// folio_ref_freeze(): to zero if the count is as expected (1, if the call does not say).
    func refcountExchange(_ site: CallSite, expected wanted: Expression?, new: Int64) -> Value {
        guard let (address, isChecked) = counterArgument(site.arguments[0], .refcount),
            let expected = wanted == nil ? Value(1) : argument(wanted!, .int)
        else { return .error }
        beginStep(.readModifyWrite, site.range, ordering: .full)
        let old = loadCounter(address, isChecked: isChecked, .write, .full, site.range)
        let same = binary(.equal, old, expected.operand, site.range)
        let done = newLabel()
        unless(same, goto: done, site.range)
        storeCounter(address, .constant(new), .full, site.range)
        place(done)
        showResult(same)
        return Value(type: .bool, parts: [same], range: 0...1)
    }
}
