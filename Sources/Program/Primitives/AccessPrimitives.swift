import Syntax

/// READ_ONCE, WRITE_ONCE and their kin, xchg, cmpxchg: one step on a scalar, a pointer or a packed word.
/// (Documentation/memory-barriers.txt, tools/memory-model/Documentation.)
enum AccessPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = {
        var table: [String: Primitive] = [
            "READ_ONCE": Primitive(1, .pure) { $0.readOnce($1, place: $0.lowerPlace($1.arguments[0]), .relaxed) },
            "rcu_dereference": Primitive(1, .pure) { $0.readOnce($1, place: $0.lowerPlace($1.arguments[0]), .relaxed) },
            "rcu_dereference_check": Primitive(2, .pure) {
                $0.readOnce($1, place: $0.lowerPlace($1.arguments[0]), .relaxed)
            },
            // The condition is lockdep's: which lock keeps the pointer from changing.
            "rcu_dereference_protected": Primitive(2, .pure) { $0.lower($1.arguments[0]) },
            "rcu_access_pointer": Primitive(1, .pure) { $0.readOnce($1, place: $0.lowerPlace($1.arguments[0]), .relaxed) },
            "smp_load_acquire": Primitive(1, .pure) {
                $0.readOnce($1, place: $0.pointeeArgument($1.arguments[0]), .acquire)
            },
            "WRITE_ONCE": Primitive(2) { $0.writeOnce($1, place: $0.lowerPlace($1.arguments[0]), .relaxed) },
            "RCU_INIT_POINTER": Primitive(2) { $0.writeOnce($1, place: $0.lowerPlace($1.arguments[0]), .relaxed) },
            "rcu_assign_pointer": Primitive(2) { $0.writeOnce($1, place: $0.lowerPlace($1.arguments[0]), .release) },
            "smp_store_release": Primitive(2) { $0.writeOnce($1, place: $0.pointeeArgument($1.arguments[0]), .release) },
            "smp_store_mb": Primitive(2) { builder, site in
                let value = builder.writeOnce(site, place: builder.lowerPlace(site.arguments[0]), .relaxed)
                builder.emit(.fence(.full), site.range)
                return value
            },
            "smp_cond_load_acquire": Primitive(2) { $0.conditionalLoad($1, .acquire) },
            "smp_cond_load_relaxed": Primitive(2) { $0.conditionalLoad($1, .relaxed) },
        ]
        let orders: [(String, Ordering)] = [("", .full), ("_relaxed", .relaxed), ("_acquire", .acquire), ("_release", .release)]
        for (suffix, ordering) in orders {
            table["xchg\(suffix)"] = Primitive(2) { $0.exchange($1, ordering) }
            table["cmpxchg\(suffix)"] = Primitive(3) { $0.compareExchange($1, ordering) }
            table["try_cmpxchg\(suffix)"] = Primitive(3) { $0.tryCompareExchange($1, ordering) }
        }
        let fences: [(String, Fence)] = [
            ("smp_mb", .full), ("smp_rmb", .read), ("smp_wmb", .write), ("barrier", .compiler),
            ("smp_mb__before_atomic", .full), ("smp_mb__after_atomic", .full), ("smp_mb__after_spinlock", .full),
            ("smp_mb__after_unlock_lock", .full),
        ]
        for (name, fence) in fences {
            table[name] = Primitive(0) { builder, site in
                builder.emit(.fence(fence), site.range)
                return .nothing
            }
        }
        return table
    }()
}

extension CodeBuilder {
    /// The shared place of a marked access; a local is fine in a proof only.
    private func shared(_ place: Place?, _ range: SourceRange) -> (place: Place, address: Operand, isChecked: Bool)? {
        guard let place else { return nil }
        if place.bits != nil {
            report(.markedBitField(range))
            return nil
        }
        if place.isGhost, mode != .proof {
            report(.ghostInProgram(range))
            return nil
        }
        if case .array = place.type {
            report(.notOneWord(range, types.describe(place.type)))
            return nil
        }
        if containsLock(place.type) {
            if case .builtin(let builtin) = place.type {
                report(.insideOfLock(range, builtin.rawValue))
            } else {
                report(.lockByValue(range))
            }
            return nil
        }
        if leaves(place.type).count > 64 {
            report(.notOneWord(range, types.describe(place.type)))
            return nil
        }
        guard case .memory(let address, let isChecked) = place.location else {
            report(.markedLocal(range))
            return nil
        }
        return (place, address, isChecked)
    }

    func readOnce(_ site: CallSite, place: Place?, _ ordering: Ordering) -> Value {
        if let place, case .registers = place.location, mode == .proof { return read(place, site.range) }
        guard let (place, address, isChecked) = shared(place, site.range) else { return .error }
        beginStep(.load, site.range, ordering: ordering)
        let value = load(address, place, isChecked: isChecked, access(.marked, ordering), site.range)
        if value.parts.count == 1 { showResult(value.operand) }
        return value
    }

    func writeOnce(_ site: CallSite, place: Place?, _ ordering: Ordering) -> Value {
        let value = lower(site.arguments[1])
        guard let (place, address, isChecked) = shared(place, site.range),
            let converted = convert(value, to: place.type, site.arguments[1].range)
        else { return .nothing }
        beginStep(.store, site.range, ordering: ordering)
        store(address, place, converted, isChecked: isChecked, access(.marked, ordering), site.range)
        return .nothing
    }

    /// Loads in one step once the condition on `VAL` holds, as the kernel's spin loop does.
    func conditionalLoad(_ site: CallSite, _ ordering: Ordering) -> Value {
        guard let (place, address, isChecked) = shared(pointeeArgument(site.arguments[0]), site.range) else { return .error }
        beginStep(.waitUntil, site.range, ordering: ordering)
        let outer = (mode, conditionValue, modeRegisterBase)
        if mode == .program {
            mode = .condition
            modeRegisterBase = code.registers.count
        }
        let value = load(address, place, isChecked: isChecked, access(.marked, ordering), site.range)
        conditionValue = value
        let condition = truth(lower(site.arguments[1]), site.arguments[1].range)
        (mode, conditionValue, modeRegisterBase) = outer
        blockUnless(condition, .condition, .polls, site.range)
        showResult(value.operand)
        return value
    }

    func exchange(_ site: CallSite, _ ordering: Ordering) -> Value {
        let target = pointeeArgument(site.arguments[0])
        let value = lower(site.arguments[1])
        guard let (place, address, isChecked) = shared(target, site.range),
            let converted = convert(value, to: place.type, site.arguments[1].range)
        else { return .error }
        beginStep(.readModifyWrite, site.range, ordering: ordering)
        let old = load(address, place, isChecked: isChecked, access(.marked, ordering), site.range)
        store(address, place, converted, isChecked: false, access(.marked, ordering), site.range)
        if old.parts.count == 1 { showResult(old.operand) }
        return old
    }

    /// Stores the new value if the old one is as expected; gives the old value and whether it did.
    private func compareAndStore(
        _ place: Place, _ address: Operand, isChecked: Bool, expected: Value, new: Value, _ ordering: Ordering,
        _ range: SourceRange
    ) -> (old: Value, success: Operand) {
        beginStep(.readModifyWrite, range, ordering: ordering)
        let old = load(address, place, isChecked: isChecked, access(.marked, ordering), range)
        var same: Operand = .constant(1)
        for (a, b) in zip(old.parts, expected.parts) {
            let equal = binary(.equal, a, b, range)
            same = same == .constant(1) ? equal : binary(.and, same, equal, range)
        }
        let differs = newLabel()
        unless(same, goto: differs, range)
        store(address, place, new, isChecked: false, access(.marked, ordering), range)
        self.place(differs)
        return (old, same)
    }

    func compareExchange(_ site: CallSite, _ ordering: Ordering) -> Value {
        let target = pointeeArgument(site.arguments[0])
        let expected = kept(lower(site.arguments[1]), before: site.arguments[2], at: site.range)
        let new = lower(site.arguments[2])
        guard let (place, address, isChecked) = shared(target, site.range),
            let wanted = convert(expected, to: place.type, site.arguments[1].range),
            let converted = convert(new, to: place.type, site.arguments[2].range)
        else { return .error }
        let (old, _) = compareAndStore(
            place, address, isChecked: isChecked, expected: wanted, new: converted, ordering, site.range)
        if old.parts.count == 1 { showResult(old.operand) }
        return old
    }

    /// `try_cmpxchg(p, &old, new)`: on failure the old value is put into the local.
    func tryCompareExchange(_ site: CallSite, _ ordering: Ordering) -> Value {
        let target = pointeeArgument(site.arguments[0])
        guard let local = localArgument(site.arguments[1]) else { return .error }
        let new = lower(site.arguments[2])
        guard let (place, address, isChecked) = shared(target, site.range),
            let wanted = convert(read(local, site.range), to: place.type, site.arguments[1].range),
            let converted = convert(new, to: place.type, site.arguments[2].range)
        else { return .error }
        let (old, success) = compareAndStore(
            place, address, isChecked: isChecked, expected: wanted, new: converted, ordering, site.range)
        showResult(success)
        let done = newLabel(), failed = newLabel()
        branch(success, done, failed, site.range)
        self.place(failed)
        write(local, old, site.range)
        self.place(done)
        return Value(type: .bool, parts: [success], range: 0...1)
    }

    /// The local whose address an argument is: `&old`.
    func localArgument(_ expression: Expression) -> Place? {
        let value = lower(expression)
        if value.type.isError { return nil }
        guard let place = value.localTarget else {
            report(.needsLocal(expression.range))
            return nil
        }
        return place
    }
}
