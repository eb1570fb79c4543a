import Syntax

extension CodeBuilder {
    // MARK: Arithmetic

    /// What C computes with: int, or wider if an operand is.
    func commonType(_ a: Type, _ b: Type) -> IntegerType {
        func promoted(_ type: Type) -> IntegerType {
            guard case .integer(let integer) = type, integer.bits >= 32 else {
                return IntegerType(bits: 32, isSigned: true)
            }
            return IntegerType(bits: integer.bits, isSigned: integer.isSigned)
        }
        let x = promoted(a)
        let y = promoted(b)
        if x.bits != y.bits { return x.bits > y.bits ? x : y }
        return IntegerType(bits: x.bits, isSigned: x.isSigned && y.isSigned)
    }

    func unary(_ operation: UnaryOperator, _ value: Value, _ range: SourceRange) -> Value {
        if value.type.isError { return .error }
        if operation == .not {
            guard value.type.isScalar else {
                report(.notAnInteger(range, types.describe(value.type)))
                return .error
            }
            return Value(type: .int, parts: [isZero(truth(value, range), range)], range: 0...1)
        }
        guard value.type.isInteger else {
            report(.notAnInteger(range, types.describe(value.type)))
            return .error
        }
        let type = commonType(value.type, value.type)
        let operand = wrapped(value, type.shape, .integer(type), range)
        switch operation {
        case .minus:
            if let constant = operand.constant { return finish(Value(0 &- constant, .integer(type)), type, range) }
            let low = operand.range.lowerBound, high = operand.range.upperBound
            let negated = define(.integer(type), range) { .unary(.negate, $0, operand.operand) }
            let bounds = low == .min ? Int64.min...Int64.max : (0 - high)...(0 - low)
            return finish(Value(type: .integer(type), parts: [negated], range: bounds), type, range)
        case .complement:
            if let constant = operand.constant { return finish(Value(~constant, .integer(type)), type, range) }
            let flipped = define(.integer(type), range) { .unary(.complement, $0, operand.operand) }
            let bounds = ~operand.range.upperBound...(~operand.range.lowerBound)
            return finish(Value(type: .integer(type), parts: [flipped], range: bounds), type, range)
        default:
            return operand
        }
    }

    /// Wraps a result to its C type, if it may be outside.
    private func finish(_ value: Value, _ type: IntegerType, _ range: SourceRange) -> Value {
        wrapped(value, type.shape, .integer(type), range)
    }

    func arithmetic(_ operation: BinaryOperator, _ a: Value, _ b: Value, _ range: SourceRange) -> Value {
        if a.type.isError || b.type.isError { return .error }
        if a.type.isPointer || b.type.isPointer { return pointerArithmetic(operation, a, b, range) }
        guard a.type.isInteger, b.type.isInteger else {
            report(.notAnInteger(range, types.describe(a.type.isInteger ? b.type : a.type)))
            return .error
        }
        if operation == .shiftLeft || operation == .shiftRight { return shift(operation, a, b, range) }
        let type = commonType(a.type, b.type)
        let x = wrapped(a, type.shape, .integer(type), range)
        let y = wrapped(b, type.shape, .integer(type), range)
        if let comparison = comparison(operation, x, y, type, range) { return comparison }
        if operation == .divide || operation == .remainder { return division(operation, x, y, type, range) }
        let instruction: BinaryOperation
        switch operation {
        case .add: instruction = .add
        case .subtract: instruction = .subtract
        case .multiply: instruction = .multiply
        case .and: instruction = .and
        case .or: instruction = .or
        default: instruction = .exclusiveOr
        }
        let result = binary(instruction, x.operand, y.operand, range)
        let bounds = ValueRanges.result(operation, x.range, y.range)
        return finish(Value(type: .integer(type), parts: [result], range: constantRange(result) ?? bounds), type, range)
    }

    private func constantRange(_ operand: Operand) -> ClosedRange<Int64>? {
        if case .constant(let value) = operand { return value...value }
        return nil
    }

    private func comparison(_ operation: BinaryOperator, _ a: Value, _ b: Value, _ type: IntegerType, _ range: SourceRange) -> Value? {
        let isUnsigned = type.bits == 64 && !type.isSigned
        let less: BinaryOperation = isUnsigned ? .lessUnsigned : .lessSigned
        let lessOrEqual: BinaryOperation = isUnsigned ? .lessOrEqualUnsigned : .lessOrEqualSigned
        let result: Operand
        switch operation {
        case .equal: result = binary(.equal, a.operand, b.operand, range)
        case .notEqual: result = binary(.notEqual, a.operand, b.operand, range)
        case .less: result = binary(less, a.operand, b.operand, range)
        case .lessOrEqual: result = binary(lessOrEqual, a.operand, b.operand, range)
        case .greater: result = binary(less, b.operand, a.operand, range)
        case .greaterOrEqual: result = binary(lessOrEqual, b.operand, a.operand, range)
        default: return nil
        }
        return Value(type: .int, parts: [result], range: constantRange(result) ?? 0...1)
    }

    private func division(_ operation: BinaryOperator, _ a: Value, _ b: Value, _ type: IntegerType, _ range: SourceRange) -> Value {
        let nonzero = binary(.notEqual, b.operand, .constant(0), range)
        check(nonzero, .overflow, name: "division", "a division by zero", range)
        let instruction: BinaryOperation =
            switch (operation, type.isSigned) {
            case (.divide, true): .divideSigned
            case (.divide, false): .divideUnsigned
            case (_, true): .remainderSigned
            default: .remainderUnsigned
            }
        let result = binary(instruction, a.operand, b.operand, range)
        let bounds = ValueRanges.result(operation, a.range, b.range)
        return finish(Value(type: .integer(type), parts: [result], range: constantRange(result) ?? bounds), type, range)
    }

    private func shift(_ operation: BinaryOperator, _ a: Value, _ b: Value, _ range: SourceRange) -> Value {
        let type = commonType(a.type, a.type)
        let x = wrapped(a, type.shape, .integer(type), range)
        if let width = b.constant, width < 0 || width >= Int64(type.bits) {
            report(.shiftTooWide(range, width, type.bits))
            return .error
        }
        if b.constant == nil {
            let fits = binary(.lessUnsigned, b.operand, .constant(Int64(type.bits)), range)
            check(fits, .overflow, name: "shift", "a shift by more bits than the type has", range)
        }
        let instruction: BinaryOperation =
            operation == .shiftLeft ? .shiftLeft : type.isSigned ? .shiftRightSigned : .shiftRightUnsigned
        let result = binary(instruction, x.operand, b.operand, range)
        let bounds = ValueRanges.result(operation, x.range, b.range)
        return finish(Value(type: .integer(type), parts: [result], range: constantRange(result) ?? bounds), type, range)
    }

    private func pointerArithmetic(_ operation: BinaryOperator, _ a: Value, _ b: Value, _ range: SourceRange) -> Value {
        switch operation {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: break
        default:
            report(.pointerArithmetic(range))
            return .error
        }
        let isNull = (a.type.isPointer || a.constant == 0) && (b.type.isPointer || b.constant == 0)
        var fits = isNull
        if case .pointer(let x) = a.type, case .pointer(let y) = b.type, x != .void, y != .void,
            types.pointerKey(x) != types.pointerKey(y)
        {
            fits = false
        }
        guard fits else {
            report(.typeMismatch(range, types.describe(a.type), types.describe(b.type)))
            return .error
        }
        if a.localTarget != nil || b.localTarget != nil {
            guard a.constant == nil || b.constant == nil || a.localTarget == nil || b.localTarget == nil else {
                report(.pointerToLocal(range))
                return .error
            }
            // The address of a local is never NULL and equal to no shared one.
            return Value(operation == .notEqual ? 1 : 0)
        }
        let type = IntegerType(bits: 64, isSigned: true)
        guard let result = comparison(operation, a, b, type, range) else { return .error }
        if case .register(let x) = a.operand, case .register(let y) = b.operand,
            operation == .equal || operation == .notEqual, model.model.checksOn.contains(.stalePointer)
        {
            refineWhenEqual(result.operand, isEqual: operation == .equal, x, y, range)
        }
        return result
    }

    /// `CHECK(STALE_POINTER)`: pointers found equal to a current one are current.
    private func refineWhenEqual(_ result: Operand, isEqual: Bool, _ a: Register, _ b: Register, _ range: SourceRange) {
        let same = newLabel(), done = newLabel()
        branch(result, isEqual ? same : done, isEqual ? done : same, range)
        place(same)
        emit(.refine(a, b), range)
        place(done)
    }

    // MARK: Conditions

    /// Code that goes to one of two labels.
    func lowerCondition(_ expression: Expression, _ yes: Int, _ no: Int) {
        switch expression.kind {
        case .logicalAnd(let left, let right):
            let middle = newLabel()
            lowerCondition(left, middle, no)
            place(middle)
            lowerCondition(right, yes, no)
        case .logicalOr(let left, let right):
            let middle = newLabel()
            lowerCondition(left, yes, middle)
            place(middle)
            lowerCondition(right, yes, no)
        case .unary(.not, let operand):
            lowerCondition(operand, no, yes)
        case .call(let name, let arguments)
        where (name.text == "likely" || name.text == "unlikely") && arguments.count == 1:
            lowerCondition(arguments[0], yes, no)
        default:
            let value = lower(expression)
            guard value.type.isScalar else {
                if !value.type.isError {
                    report(
                        value.type == .void
                            ? .voidValue(expression.range) : .notAnInteger(expression.range, types.describe(value.type)))
                }
                jump(no, expression.range)
                return
            }
            if value.localTarget != nil {
                jump(yes, expression.range)
            } else {
                branch(value.operand, yes, no, expression.range)
            }
        }
    }

    /// The value of `&&`, `||` and `!`: 0 or 1.
    func logical(_ expression: Expression) -> Value {
        let result = newRegister(.bool)
        let yes = newLabel(), no = newLabel(), done = newLabel()
        lowerCondition(expression, yes, no)
        place(yes)
        emit(.move(result, .constant(1)), expression.range)
        jump(done, expression.range)
        place(no)
        emit(.move(result, .constant(0)), expression.range)
        place(done)
        return Value(type: .int, parts: [.register(result)], range: 0...1)
    }

    /// The value of a condition over constants and CONFIGs alone, as `#if` would see it (64 bits, signed): good enough to tell
    /// that a branch belongs to a variant.
    func constantCondition(_ expression: Expression) -> Bool? {
        var ignored = Diagnostics()
        guard isConstant(expression), let value = types.evaluate(expression, &ignored) else { return nil }
        return value != 0
    }

    /// Whether an expression is made of numbers, enumerators and CONFIGs alone.
    func isConstant(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .integer: true
        case .identifier(let name):
            types.constants[name] != nil && lookUp(name) == nil && model.globals[name] == nil
        case .unary(let operation, let a): operation != .dereference && operation != .addressOf && isConstant(a)
        case .binary(_, let a, let b), .logicalAnd(let a, let b), .logicalOr(let a, let b): isConstant(a) && isConstant(b)
        case .conditional(let a, let b, let c): isConstant(a) && isConstant(b) && isConstant(c)
        case .call(let name, let arguments):
            (name.text == "likely" || name.text == "unlikely") && arguments.count == 1 && isConstant(arguments[0])
        default: false
        }
    }

    func conditional(_ condition: Expression, _ yes: Expression, _ no: Expression, _ expression: Expression) -> Value {
        let yesLabel = newLabel(), noLabel = newLabel(), done = newLabel()
        lowerCondition(condition, yesLabel, noLabel)
        place(yesLabel)
        let a = lower(yes)
        if a.type == .void {
            jump(done, expression.range)
            place(noLabel)
            _ = lower(no)
            place(done)
            return .nothing
        }
        // The type of the whole is known only after both arms: the first one's is mended then.
        let results = a.parts.indices.map { _ in newRegister(.error) }
        var moves: [Int] = []
        for (register, part) in zip(results, a.parts) {
            moves.append(code.instructions.count)
            emit(.move(register, part), expression.range)
        }
        jump(done, expression.range)
        place(noLabel)
        let b = lower(no)
        if a.type.isError || b.type.isError {
            place(done)
            return .error
        }
        let type = joined(a, b)
        guard let type, a.localTarget == nil, b.localTarget == nil, b.parts.count == results.count else {
            place(done)
            report(
                a.localTarget != nil || b.localTarget != nil
                    ? .pointerToLocal(expression.range)
                    : .typeMismatch(expression.range, types.describe(a.type), types.describe(b.type)))
            return .error
        }
        let parts = leaves(type)
        for (index, register) in results.enumerated() {
            retype(register, parts[index].type)
            emit(.move(register, b.parts[index]), expression.range)
        }
        place(done)
        let bounds = min(a.range.lowerBound, b.range.lowerBound)...max(a.range.upperBound, b.range.upperBound)
        let value = Value(type: type, parts: results.map { .register($0) }, range: bounds)
        guard case .integer(let integer) = type, !integer.isBool else { return value }
        return wrapped(value, integer.shape, type, expression.range)
    }

    private func retype(_ register: Register, _ type: Type) {
        let storage = code.registers[register].storage
        let kind: Storage.Kind
        if case .integer(let integer) = type, !integer.isBool { kind = .inferred(low: 0, high: 0) } else {
            kind = model.memory.storageKind(type, bits: nil, key: model.memory.storages[storage].name)
        }
        model.memory.storages[storage].kind = kind
    }

    private func joined(_ a: Value, _ b: Value) -> Type? {
        if a.type == b.type, !a.type.isInteger { return a.type }
        if a.type.isInteger, b.type.isInteger { return .integer(commonType(a.type, b.type)) }
        if a.type.isPointer, b.constant == 0 { return a.type }
        if b.type.isPointer, a.constant == 0 { return b.type }
        if case .pointer(let x) = a.type, case .pointer(let y) = b.type, types.pointerKey(x) == types.pointerKey(y) {
            return a.type
        }
        return nil
    }
}
