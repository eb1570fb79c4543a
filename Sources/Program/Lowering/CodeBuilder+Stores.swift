import Syntax

extension CodeBuilder {
    /// Writes a place as ordinary code does: a step for shared memory, none for a ghost.
    func write(_ place: Place, _ value: Value, _ range: SourceRange) {
        guard let converted = convert(value, to: place.type, range, bits: place.bits) else { return }
        if place.isReadOnly {
            report(.assignToConstant(range, place.name ?? "it"))
            return
        }
        guard case .memory(let address, let isChecked) = place.location else {
            writeRegisters(place, converted, range)
            return
        }
        guard mayWrite(place, range) else { return }
        if place.isGhost {
            for (index, part) in converted.parts.enumerated() {
                emit(.store(offset(address, by: index, range), part, .ghost), range)
            }
            return
        }
        if case .structure = place.type, atomics.isEmpty {
            report(.plainStructCopy(range))
            return
        }
        beginStep(.store, range)
        store(address, place, converted, isChecked: isChecked, access(place.isRegister ? .marked : .plain), range)
    }

    /// Whether code of this mode may change the place; says so if not.
    func mayWrite(_ place: Place, _ range: SourceRange) -> Bool {
        if kind == .property || (mode == .proof && !place.isGhost) {
            report(.proofChangesProgram(range))
            return false
        }
        if mode == .condition {
            report(.conditionHasSideEffect(range))
            return false
        }
        return true
    }

    /// Stores the parts of a value within the step at hand.
    func store(
        _ address: Operand, _ place: Place, _ value: Value, isChecked: Bool, _ access: Access, _ range: SourceRange
    ) {
        if containsLock(place.type) {
            report(.lockByValue(range))
            return
        }
        if isChecked { emit(.checkPlace(address, .write), range) }
        for (index, part) in value.parts.enumerated() {
            emit(.store(offset(address, by: index, range), part, access), range)
        }
    }

    private func writeRegisters(_ place: Place, _ value: Value, _ range: SourceRange) {
        guard case .registers(let first, let offset, let index, let total) = place.location else { return }
        if place.isGhost == false, mode == .proof, kind != .property, proofDepth(first) {
            report(.proofChangesProgram(range))
            return
        }
        if mode == .condition, proofDepth(first) {
            report(.conditionHasSideEffect(range))
            return
        }
        let parts = leaves(place.type)
        for (number, part) in value.parts.enumerated() where number < parts.count {
            checkNarrow(part, parts[number].type, value.parts.count == 1 ? value.range : nil, place.name, range)
            if let index {
                emit(
                    .storeElement(
                        first: first, index: index, count: total, stride: 1, offset: offset + number, value: part),
                    range)
            } else {
                move(part, to: first + offset + number, range)
            }
        }
    }

    /// Whether the register belongs to a variable that was there before the proof or condition at hand began.
    private func proofDepth(_ register: Register) -> Bool { register < modeRegisterBase }

    /// A `u1`…`u7` that is given a value beyond its bits is an OVERFLOW.
    func checkNarrow(
        _ value: Operand, _ type: Type, _ range: ClosedRange<Int64>?, _ name: String?, _ place: SourceRange
    ) {
        guard case .integer(let integer) = type, let narrow = integer.narrow else { return }
        let limit = (Int64(1) << Int64(narrow)) - 1
        if let range, range.lowerBound >= 0, range.upperBound <= limit { return }
        let fits = binary(.lessOrEqualUnsigned, value, .constant(limit), place)
        check(fits, .overflow, name: name ?? "", "the value does not fit a u\(narrow)", place)
    }

    // MARK: Initialising locals

    func initializeLocal(_ place: Place, _ initializer: Initializer, _ range: SourceRange) {
        switch initializer {
        case .expression(let expression):
            let value = lower(expression)
            initializeRegisters(place, value, expression.range)
        case .list(let items, let listRange):
            // What the list leaves out starts as zero.
            if case .registers(let first, let offset, nil, _) = place.location {
                for part in 0..<leaves(place.type).count { emit(.move(first + offset + part, .constant(0)), range) }
            }
            guard case .registers(let first, let before, let index, let total) = place.location else { return }
            var filler = InitializerFiller(
                types: types, diagnostics: model.diagnostics, isWhole: { self.typeOnly($0) == $1 }, size: { self.leaves($0).count })
            let parts = filler.parts(place.type, items, listRange)
            model.diagnostics = filler.diagnostics
            for item in parts {
                var part = place
                part.type = item.type
                part.bits = item.bits
                part.location = .registers(first: first, offset: before + item.offset, index: index, total: total)
                initializeRegisters(part, lower(item.value), item.value.range)
            }
        }
    }

    private func initializeRegisters(_ place: Place, _ value: Value, _ range: SourceRange) {
        guard let converted = convert(value, to: place.type, range, bits: place.bits) else {
            assumeAssigned(place, range)
            return
        }
        writeRegisters(place, converted, range)
    }

    /// After an error in what a local is given: that it may be used before it is assigned would be no news.
    func assumeAssigned(_ place: Place, _ range: SourceRange) {
        guard case .registers(let first, let offset, _, let total) = place.location, !place.type.isError else { return }
        for part in 0..<min(leaves(place.type).count, total - offset) { emit(.move(first + offset + part, .constant(0)), range) }
    }

    // MARK: Conversions

    /// The value as C converts it to another type when it is assigned or passed; nil after an error.
    func convert(_ value: Value, to type: Type, _ range: SourceRange, bits: Int? = nil) -> Value? {
        if value.type.isError || type.isError { return nil }
        if value.localTarget != nil {
            report(.pointerToLocal(range))
            return nil
        }
        switch (value.type, type) {
        case (.void, _):
            report(.voidValue(range))
            return nil
        case (_, .integer(let integer)) where integer.isBool && value.type.isScalar:
            return Value(type: type, parts: [truth(value, range)], range: 0...1)
        case (.integer, .integer(let integer)), (.enumeration, .integer(let integer)):
            // Wrapped first, 256 would fit a u2; what does not fit is told where the value gets to.
            if integer.narrow != nil, bits == nil { return Value(type: type, parts: value.parts, range: value.range) }
            let shape = IntegerShape(bits: bits ?? integer.bits, isSigned: integer.isSigned)
            return wrapped(value, shape, type, range)
        case (.integer, .enumeration), (.enumeration, .enumeration):
            return wrapped(value, IntegerShape(bits: 32, isSigned: true), type, range)
        case (.pointer(let from), .pointer(let to)):
            if from == .void, value.constant == 0 { return Value(type: type, parts: [.constant(0)], range: 0...0) }
            if to == .void || types.pointerKey(from) == types.pointerKey(to) {
                return Value(type: type, parts: value.parts, range: value.range)
            }
        case (.integer, .pointer) where value.constant == 0:
            return Value(type: type, parts: [.constant(0)], range: 0...0)
        case (.structure(let from), .structure(let to)) where from == to:
            return value
        default: break
        }
        report(.typeMismatch(range, types.describe(value.type), types.describe(type)))
        return nil
    }

    /// A number brought to a C width, if it may be outside.
    func wrapped(_ value: Value, _ shape: IntegerShape, _ type: Type, _ range: SourceRange) -> Value {
        let limits = shape.range
        if limits.contains(value.range.lowerBound), limits.contains(value.range.upperBound) {
            return Value(type: type, parts: value.parts, range: value.range)
        }
        if let constant = value.constant { return Value(InitialRanges.wrap(constant, shape), type) }
        // What does not fit a u3 is told where the variable is given it, not of the temporary.
        var kept = type
        if case .integer(let integer) = type, integer.narrow != nil {
            kept = .integer(IntegerType(bits: integer.bits, isSigned: integer.isSigned))
        }
        let operand = define(kept, range) { .convert($0, value.operand, shape) }
        return Value(type: type, parts: [operand], range: limits)
    }

    /// 1 if a scalar is not zero, else 0.
    func truth(_ value: Value, _ range: SourceRange) -> Operand {
        if value.localTarget != nil { return .constant(1) }
        if let constant = value.constant { return .constant(constant != 0 ? 1 : 0) }
        if value.range.lowerBound >= 0, value.range.upperBound <= 1 { return value.operand }
        return binary(.notEqual, value.operand, .constant(0), range)
    }
}
