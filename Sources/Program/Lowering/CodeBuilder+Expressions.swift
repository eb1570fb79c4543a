import Syntax

extension CodeBuilder {
    /// Code for an expression, and its value. Operands go left to right.
    func lower(_ expression: Expression) -> Value {
        depth += 1
        defer { depth -= 1 }
        switch expression.kind {
        case .integer(let value, let isUnsigned, let isLong):
            return integerConstant(value, isUnsigned, isLong)
        case .identifier(let name):
            return identifier(name, expression)
        case .unary(.addressOf, let operand):
            return addressOf(operand, expression)
        case .unary(.dereference, _), .member, .index, .compoundLiteral:
            return memberOrPlace(expression)
        case .unary(let operation, let operand):
            return unary(operation, lower(operand), expression.range)
        case .increment(let target, let by, let isPrefix):
            return increment(target, by: by, isPrefix: isPrefix, expression)
        case .binary(let operation, let left, let right):
            let (a, b) = operands(left, right)
            return arithmetic(operation, a, b, expression.range)
        case .logicalAnd, .logicalOr:
            return logical(expression)
        case .conditional(let condition, let yes, let no):
            return conditional(condition, yes, no, expression)
        case .assign(let target, let operation, let value):
            return assign(target, operation, value, expression)
        case .comma(let first, let second):
            _ = lower(first)
            return lower(second)
        case .call(let name, _) where name.text == "this_cpu" || name.text == "per_cpu":
            return memberOrPlace(expression)
        case .call(let name, let arguments):
            return call(name, arguments, expression)
        case .cast(let typeName, let operand):
            return cast(typeName, operand, expression)
        case .sizeofExpression(let operand):
            return sizeof(operand)
        case .sizeofType(let typeName):
            let type = model.types.resolve(typeName, &model.diagnostics)
            return Value(types.size(of: type), .integer(IntegerType(bits: 64, isSigned: false)))
        }
    }

    private func integerConstant(_ value: UInt64, _ isUnsigned: Bool, _ isLong: Bool) -> Value {
        let signed = Int64(bitPattern: value)
        if !isLong, value <= UInt64(Int32.max) { return Value(signed, isUnsigned ? .unsigned : .int) }
        if !isLong, value <= UInt64(UInt32.max) {
            // Decimal constants would be long; hexadecimal ones unsigned: the value is the same.
            return Value(signed, isUnsigned ? .unsigned : .integer(IntegerType(bits: 64, isSigned: true)))
        }
        let isSigned = !isUnsigned && value <= UInt64(Int64.max)
        return Value(signed, .integer(IntegerType(bits: 64, isSigned: isSigned)))
    }

    private func identifier(_ name: String, _ expression: Expression) -> Value {
        switch lookUp(name) {
        case .place(let place): return read(place, expression.range)
        case .alias(let place):
            return Value(type: .pointer(place.type), parts: [.constant(0)], localTarget: place)
        case .value(let value): return value
        case nil: break
        }
        if name == "NULL" { return Value(0, .pointer(.void)) }
        if name == "VAL", let conditionValue { return conditionValue }
        if name == "self", model.globals["self"] == nil {
            guard hasSelf, frames.count == 1 else {
                report(.selfOutsideThread(expression.range))
                return .error
            }
            return Value(type: .int, parts: [model.perThread(.selfIndex)], range: 0...63)
        }
        if let value = types.constants[name], model.globals[name] == nil {
            return Value(value, types.constantTypes[name].map { if case .integer = $0 { $0 } else { .int } } ?? .int)
        }
        if model.pools[name] != nil {
            report(.poolAsValue(expression.range, name))
            return .error
        }
        if model.functions[name] != nil {
            report(.functionAsValue(expression.range, name))
            return .error
        }
        guard let place = lowerPlace(expression) else { return .error }
        return read(place, expression.range)
    }

    /// `f(x).field` of a value that has no place, or an ordinary read.
    private func memberOrPlace(_ expression: Expression) -> Value {
        guard let place = lowerPlace(expression) else { return .error }
        return read(place, expression.range)
    }

    private func addressOf(_ operand: Expression, _ expression: Expression) -> Value {
        if case .unary(.dereference, let inner) = operand.kind {
            let value = lower(inner)
            if value.type.isPointer || value.type.isError { return value }
            report(.notAPointer(operand.range, types.describe(value.type)))
            return .error
        }
        if case .identifier(let name) = operand.kind, model.functions[name] != nil, lookUp(name) == nil {
            report(.functionAsValue(expression.range, name))
            return .error
        }
        guard let place = lowerPlace(operand), !place.type.isError else { return .error }
        if place.bits != nil {
            report(.addressOfBitField(expression.range))
            return .error
        }
        if place.isGhost, mode != .proof {
            report(.ghostInProgram(expression.range))
            return .error
        }
        switch place.location {
        case .memory(let address, _):
            _ = model.memory.pointerSet(place.type)
            return Value(type: .pointer(place.type), parts: [address], range: 0...Int64(ModelBuilder.cellsMax))
        case .registers(let first, let offset, let index, let total):
            var target = place
            // `&a[i]` stays where it is, whatever becomes of i.
            if case .register(let register)? = index, code.registers[register].name != nil {
                let copy = newRegister(.int)
                emit(.move(copy, .register(register)), expression.range)
                target.location = .registers(first: first, offset: offset, index: .register(copy), total: total)
            }
            return Value(type: .pointer(place.type), parts: [.constant(0)], localTarget: target)
        }
    }

    /// Both operands in order.
    private func operands(_ left: Expression, _ right: Expression) -> (Value, Value) {
        let a = kept(lower(left), before: right, at: left.range)
        return (a, lower(right))
    }

    /// A value that stays what it is while a later operand is evaluated: a copy, if that one could change the variable
    /// that it lies in.
    func kept(_ value: Value, before later: Expression..., at range: SourceRange) -> Value {
        kept(value, before: later[...], range)
    }

    func kept(_ value: Value, before later: ArraySlice<Expression>, _ range: SourceRange) -> Value {
        guard value.localTarget == nil, later.contains(where: hasSideEffect) else { return value }
        var result = value
        for (index, leaf) in leaves(value.type).enumerated() where index < value.parts.count {
            guard case .register(let register) = value.parts[index], code.registers[register].name != nil else { continue }
            let copy = newRegister(leaf.type)
            emit(.move(copy, value.parts[index]), range)
            result.parts[index] = .register(copy)
        }
        return result
    }

    func hasSideEffect(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .increment, .assign: true
        case .call(let name, let arguments):
            model.functions[name.text] != nil || arguments.contains { hasSideEffect($0) }
                || name.text.contains("try_cmpxchg")
        case .unary(_, let a), .cast(_, let a), .member(let a, _, _): hasSideEffect(a)
        case .binary(_, let a, let b), .logicalAnd(let a, let b), .logicalOr(let a, let b), .comma(let a, let b),
            .index(let a, let b):
            hasSideEffect(a) || hasSideEffect(b)
        case .conditional(let a, let b, let c): hasSideEffect(a) || hasSideEffect(b) || hasSideEffect(c)
        default: false
        }
    }

    private func cast(_ typeName: TypeName, _ operand: Expression, _ expression: Expression) -> Value {
        let type = model.types.resolve(typeName, &model.diagnostics)
        let value = lower(operand)
        if type.isError || value.type.isError { return .error }
        switch type {
        case .void: return .nothing
        case .integer, .enumeration:
            if value.type.isInteger || (type == .bool && value.type.isPointer) {
                checkNarrow(value.operand, type, value.range, nil, expression.range)
                return convert(value, to: type, expression.range) ?? .error
            }
        case .pointer:
            if value.constant == 0 { return Value(type: type, parts: [.constant(0)], range: 0...0) }
            if case .pointer(let from) = value.type, case .pointer(let to) = type,
                types.pointerKey(from) == types.pointerKey(to)
            {
                return value
            }
        case .structure:
            if value.type == type { return value }
        default: break
        }
        report(.badCast(expression.range, types.describe(value.type), types.describe(type)))
        return .error
    }

    private func sizeof(_ operand: Expression) -> Value {
        // Nothing of the operand is evaluated.
        let before = (code, needNotes.count, model.instructionTotal, labelTargets)
        let outerMode = mode
        mode = .proof
        let type: Type
        if isPlaceExpression(operand) {
            type = lowerPlace(operand)?.type ?? .error
        } else {
            type = lower(operand).type
        }
        mode = outerMode
        code = before.0
        needNotes.removeLast(needNotes.count - before.1)
        model.instructionTotal = before.2
        labelTargets = before.3
        return Value(types.size(of: type), .integer(IntegerType(bits: 64, isSigned: false)))
    }

    // MARK: Assignment

    private func assign(_ target: Expression, _ operation: BinaryOperator?, _ value: Expression, _ expression: Expression) -> Value {
        if isGhostExpression(target), mode == .program {
            return inProof { assign(target, operation, value, expression) }
        }
        guard let place = lowerPlace(target) else {
            _ = lower(value)
            return .error
        }
        var result: Value
        if let operation {
            let old = read(place, target.range)
            var kept = old
            if case .registers = place.location, hasSideEffect(value), old.parts.count == 1 {
                let copy = newRegister(old.type)
                emit(.move(copy, old.operand), target.range)
                kept.parts = [.register(copy)]
            }
            result = arithmetic(operation, kept, lower(value), expression.range)
        } else {
            result = lower(value)
        }
        guard let converted = convert(result, to: place.type, value.range, bits: place.bits) else {
            assumeAssigned(place, value.range)
            return .error
        }
        result = converted
        write(place, result, expression.range)
        return place.isGhost ? .nothing : written(place, result)
    }

    /// The value of an assignment: what a local holds now, as the temporary that was made for it may be renamed to it.
    private func written(_ place: Place, _ value: Value) -> Value {
        guard case .registers(let first, let offset, nil, _) = place.location, value.parts.count == 1 else { return value }
        return Value(type: place.type, parts: [.register(first + offset)], range: valueRange(place.type, place.bits))
    }

    private func increment(_ target: Expression, by: Int, isPrefix: Bool, _ expression: Expression) -> Value {
        if isGhostExpression(target), mode == .program {
            return inProof { increment(target, by: by, isPrefix: isPrefix, expression) }
        }
        guard let place = lowerPlace(target) else { return .error }
        guard place.type.isInteger else {
            if place.type.isPointer {
                report(.pointerArithmetic(expression.range))
            } else if !place.type.isError {
                report(.notAnInteger(expression.range, types.describe(place.type)))
            }
            return .error
        }
        var old = read(place, target.range)
        if old.type.isError { return .error }
        if !isPrefix, case .registers = place.location {
            let copy = newRegister(old.type)
            emit(.move(copy, old.operand), target.range)
            old.parts = [.register(copy)]
        }
        let sum = arithmetic(.add, old, Value(Int64(by)), expression.range)
        guard let converted = convert(sum, to: place.type, expression.range, bits: place.bits) else { return .error }
        write(place, converted, expression.range)
        if place.isGhost { return .nothing }
        return isPrefix ? written(place, converted) : old
    }

    /// Whether an expression names a ghost: then what is assigned to it belongs to the proof.
    func isGhostExpression(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .identifier(let name):
            if case .place(let place) = lookUp(name) { return place.isGhost }
            return lookUp(name) == nil && model.globals[name]?.isGhost == true
        case .index(let base, _): return isGhostExpression(base)
        case .member(let base, let name, let isArrow):
            if !isArrow, isGhostExpression(base) { return true }
            return isGhostField(name.text, base)
        case .unary(.dereference, _): return false
        default: return false
        }
    }

    private func isGhostField(_ name: String, _ base: Expression) -> Bool {
        // A field of that name is a ghost in every struct, or in none, or the types decide.
        let owners = types.structures.filter { ($0.fields ?? []).contains { $0.name == name } }
        let ghosts = owners.filter { ($0.fields ?? []).contains { $0.name == name && $0.isGhost } }
        if ghosts.isEmpty { return false }
        if ghosts.count == owners.count { return true }
        let type = typeOnly(base)
        var target = type
        if case .pointer(let inner) = type { target = inner }
        guard case .structure(let index) = target else { return false }
        return (types.structures[index].fields ?? []).contains { $0.name == name && $0.isGhost }
    }

    /// The type of an expression; the code made for it is dropped.
    func typeOnly(_ expression: Expression) -> Type {
        let before = (code, needNotes.count, model.instructionTotal, labelTargets, model.diagnostics)
        let outerMode = mode
        mode = .proof
        let type = isPlaceExpression(expression) ? lowerPlace(expression)?.type ?? .error : lower(expression).type
        mode = outerMode
        code = before.0
        needNotes.removeLast(needNotes.count - before.1)
        model.instructionTotal = before.2
        labelTargets = before.3
        model.diagnostics = before.4
        return type
    }

    /// Makes code that belongs to the proof.
    func inProof<T>(_ body: () -> T) -> T {
        let outer = (mode, modeRegisterBase)
        mode = .proof
        if outer.0 != .proof { modeRegisterBase = code.registers.count }
        defer { (mode, modeRegisterBase) = outer }
        return body()
    }
}
