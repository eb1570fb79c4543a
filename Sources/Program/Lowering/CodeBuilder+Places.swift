import Syntax

extension CodeBuilder {
    var types: TypeTable { model.types }

    /// The scalars of a type, in order, with the names of their fields.
    func leaves(_ type: Type, name: String = "") -> [(name: String, type: Type, bits: Int?, isGhost: Bool)] {
        switch type {
        case .array(let element, let count):
            return (0..<count).flatMap { leaves(element, name: "\(name)[\($0)]") }
        case .structure(let index):
            return (types.structures[index].fields ?? []).flatMap { field in
                leaves(field.type, name: "\(name).\(field.name)").map {
                    ($0.name, $0.type, field.bits ?? $0.bits, $0.isGhost || field.isGhost)
                }
            }
        default: return [(name, type, nil, false)]
        }
    }

    func containsLock(_ type: Type) -> Bool { types.containsLock(type) }

    // MARK: Finding places

    /// The place that an expression names; nil after an error.
    func lowerPlace(_ expression: Expression) -> Place? {
        switch expression.kind {
        case .identifier(let name):
            return identifierPlace(name, expression)
        case .unary(.dereference, let operand):
            return pointee(lower(operand), expression)
        case .member(let base, let name, let isArrow):
            return memberPlace(base, name, isArrow: isArrow, expression)
        case .index(let base, let index):
            return elementPlace(base, index, expression)
        case .call(let name, let arguments) where name.text == "this_cpu" && arguments.count == 1:
            return thisCPUPlace(arguments[0], expression)
        case .call(let name, let arguments) where name.text == "per_cpu" && arguments.count == 2:
            return perCPUPlace(arguments[0], cpu: lower(arguments[1]), expression)
        case .compoundLiteral(let typeName, let initializer):
            return compoundLiteral(typeName, initializer, expression)
        default:
            report(.notAnObject(expression.range))
            return nil
        }
    }

    private func identifierPlace(_ name: String, _ expression: Expression) -> Place? {
        switch lookUp(name) {
        case .place(let place): return place
        case .value(let value):
            var place = spill(value, name: name, expression.range)
            place.isReadOnly = true
            return place
        case .alias:
            report(.pointerToLocal(expression.range))
            return nil
        case nil: break
        }
        if let global = model.globals[name] {
            if global.type.isError { return nil }
            if global.isPerCPU {
                report(.perCPUWithoutCPU(expression.range, name))
                return nil
            }
            var place = Place(
                .memory(address: .constant(Int64(global.address)), isChecked: false), global.type,
                isGhost: global.isGhost, name: name)
            place.isReadOnly = global.isReadOnly
            return place
        }
        if name == "VAL", let conditionValue { return spill(conditionValue, name: name, expression.range) }
        if name == "self", hasSelf, frames.count == 1 {
            var place = spill(
                Value(type: .int, parts: [model.perThread(.selfIndex)], range: 0...63), name: name, expression.range)
            place.isReadOnly = true
            return place
        }
        if types.constants[name] != nil || name == "NULL" {
            report(.notAnObject(expression.range))
        } else if model.pools[name] != nil {
            report(.poolAsValue(expression.range, name))
        } else if model.functions[name] != nil {
            report(.functionAsValue(expression.range, name))
        } else {
            report(unknown(name, expression.range))
        }
        return nil
    }

    func unknown(_ name: String, _ range: SourceRange) -> Diagnostic {
        var known = Array(model.globals.keys) + Array(types.constants.keys) + Array(PrimitiveTable.all.keys)
        known += model.functions.keys
        for scope in scopes { known += scope.keys }
        return .unknownName(name, range, nearest(name, in: known.sorted()))
    }

    /// Puts a value into registers so that parts of it can be named.
    private func spill(_ value: Value, name: String, _ range: SourceRange) -> Place {
        var place = declareLocal(value.type, name: nil, range, isGhost: false)
        if case .registers(let first, _, _, _) = place.location {
            for (index, part) in value.parts.enumerated() { emit(.move(first + index, part), range) }
        }
        place.name = name
        return place
    }

    /// New registers for a local variable.
    func declareLocal(_ type: Type, name: String?, _ range: SourceRange, isGhost: Bool) -> Place {
        let parts = leaves(type)
        let first = code.registers.count
        let hasArray = parts.contains { $0.name.contains("[") }
        for part in parts {
            _ = newRegister(
                part.type, name: name.map { $0 + part.name }, range: range, bits: part.bits, isGhost: isGhost)
        }
        if hasArray {
            for register in first..<code.registers.count {
                code.registers[register].arrayFirst = first
                code.registers[register].arrayCount = parts.count
            }
        }
        return Place(
            .registers(first: first, offset: 0, index: nil, total: parts.count), type, isGhost: isGhost, name: name)
    }

    /// What a pointer value points to.
    func pointee(_ value: Value, _ expression: Expression) -> Place? {
        if let target = value.localTarget { return target }
        guard case .pointer(let type) = value.type else {
            if !value.type.isError { report(.notAPointer(expression.range, types.describe(value.type))) }
            return nil
        }
        guard type != .void else {
            report(.notAPointer(expression.range, "void *"))
            return nil
        }
        var isChecked = mode != .proof
        if mode == .proof {
            // A proof may look into free objects, which read as zero; nothing is there to look at behind NULL.
            let isThere = binary(.notEqual, value.operand, .constant(0), expression.range)
            check(isThere, .nullDereference, "a proof follows a pointer that is NULL", expression.range)
        }
        // The address of a global can be followed without looking.
        if case .constant(let address) = value.operand, address != 0 { isChecked = false }
        return Place(.memory(address: value.operand, isChecked: isChecked), type, isGhost: false)
    }

    private func memberPlace(_ base: Expression, _ name: Name, isArrow: Bool, _ expression: Expression) -> Place? {
        let outer: Place?
        if isArrow {
            outer = pointee(lower(base), base)
        } else if isPlaceExpression(base) {
            outer = lowerPlace(base)
        } else {
            let value = lower(base)
            outer = value.type.isError ? nil : spill(value, name: "", base.range)
        }
        guard var place = outer else { return nil }
        guard case .structure(let index) = place.type else {
            if case .builtin(let builtin) = place.type {
                report(.insideOfLock(name.range, builtin.rawValue))
            } else if !place.type.isError {
                report(.notAStruct(expression.range, types.describe(place.type), isArrow: isArrow))
            }
            return nil
        }
        guard let (offset, field) = model.memory.field(name.text, of: index) else {
            let fields = (types.structures[index].fields ?? []).map(\.name)
            report(.noSuchField(name, types.describe(place.type), nearest(name.text, in: fields)))
            return nil
        }
        switch place.location {
        case .memory(let address, let isChecked):
            let type = field.bits == nil ? field.type : .void
            place.location = .memory(
                address: self.offset(address, by: offset, expression.range, type: type), isChecked: isChecked)
        case .registers(let first, let before, let dynamic, let total):
            place.location = .registers(
                first: first, offset: before + leafOffset(name.text, of: index), index: dynamic, total: total)
        }
        place.type = field.type
        place.bits = field.bits
        place.isGhost = place.isGhost || field.isGhost
        place.name = name.text
        return place
    }

    /// Whether an expression names a place (rather than only having a value).
    func isPlaceExpression(_ expression: Expression) -> Bool {
        switch expression.kind {
        // `f().field` too: its value is put into registers.
        case .identifier, .index, .unary(.dereference, _), .compoundLiteral, .member: true
        case .call(let name, _): name.text == "this_cpu" || name.text == "per_cpu"
        default: false
        }
    }

    private func leafOffset(_ field: String, of structure: Int) -> Int {
        var offset = 0
        for candidate in types.structures[structure].fields ?? [] {
            if candidate.name == field { return offset }
            offset += leaves(candidate.type).count
        }
        return offset
    }

    /// The address of a part: a constant stays one, and NULL stays NULL.
    func offset(_ address: Operand, by offset: Int, _ range: SourceRange, type: Type = .void) -> Operand {
        if offset == 0 { return address }
        if case .constant(let base) = address { return .constant(base == 0 ? 0 : base + Int64(offset)) }
        return define(.pointer(type), range) { .fieldAddress($0, base: address, offset: .constant(Int64(offset))) }
    }

    private func elementPlace(_ base: Expression, _ index: Expression, _ expression: Expression) -> Place? {
        let outer: Place?
        if isPlaceExpression(base) {
            outer = lowerPlace(base)
        } else {
            let value = lower(base)
            if value.type.isPointer { report(.pointerArithmetic(expression.range)) }
            return nil
        }
        guard let place = outer else { return nil }
        guard case .array(let element, let count) = place.type else {
            if place.type.isPointer {
                report(.pointerArithmetic(expression.range))
            } else if !place.type.isError {
                report(.notAnArray(expression.range, types.describe(place.type)))
            }
            return nil
        }
        let value = lower(index)
        guard value.type.isInteger else {
            if !value.type.isError { report(.notAnInteger(index.range, types.describe(value.type))) }
            return nil
        }
        return self.element(of: place, value, element, count, expression.range)
    }

    /// One element of an array, the index checked.
    private func element(of place: Place, _ index: Value, _ type: Type, _ count: Int, _ range: SourceRange) -> Place? {
        if let constant = index.constant, constant < 0 || constant >= Int64(count) {
            report(.indexOutOfRange(range, constant, count))
            return nil
        }
        var result = place
        result.type = type
        switch place.location {
        case .memory(let address, let isChecked):
            let stride = model.memory.cellCount(type)
            if let constant = index.constant {
                result.location = .memory(
                    address: offset(address, by: Int(constant) * stride, range, type: type), isChecked: isChecked)
            } else {
                let element = define(.pointer(type), range) {
                    .elementAddress(
                        $0, base: address, index: index.operand, count: count, stride: stride, isGhost: false)
                }
                result.location = .memory(address: element, isChecked: isChecked)
            }
        case .registers(let first, let before, let dynamic, let total):
            let stride = leaves(type).count
            if let constant = index.constant {
                result.location = .registers(
                    first: first, offset: before + Int(constant) * stride, index: dynamic, total: total)
            } else {
                let inRange = binary(.lessUnsigned, index.operand, .constant(Int64(count)), range)
                check(inRange, .outOfBounds, name: place.name ?? "", "the index is outside of the array's \(count) elements", range)
                var flat = binary(.multiply, index.operand, .constant(Int64(stride)), range)
                if stride == 1 { flat = index.operand }
                if let dynamic { flat = binary(.add, dynamic, flat, range) }
                result.location = .registers(first: first, offset: before, index: flat, total: total)
            }
        }
        return result
    }

    func thisCPUPlace(_ variable: Expression, _ expression: Expression) -> Place? {
        let cpu = Value(type: .int, parts: [model.perThread(.cpu)], range: 0...63)
        return perCPUPlace(variable, cpu: cpu, expression)
    }

    private func perCPUPlace(_ variable: Expression, cpu: Value, _ expression: Expression) -> Place? {
        guard case .identifier(let name) = variable.kind, let global = model.globals[name], global.isPerCPU,
            case .array(let type, let count) = global.type
        else {
            report(.notPerCPU(variable.range))
            return nil
        }
        var place = Place(
            .memory(address: .constant(Int64(global.address)), isChecked: false), global.type, isGhost: false,
            name: name)
        place.isRegister = global.isRegister
        // How many CPUs there are may depend on a CONFIG: one that is not there is a fault of the run that gets here.
        if let number = cpu.constant, number >= count {
            check(.constant(0), .outOfBounds, name: name, "the model has \(count) CPUs, and this is number \(number)", expression.range)
            return element(of: place, Value(0), type, count, expression.range)
        }
        return element(of: place, cpu, type, count, expression.range)
    }

    private func compoundLiteral(_ typeName: TypeName, _ initializer: Initializer, _ expression: Expression) -> Place? {
        let type = model.types.resolve(typeName, &model.diagnostics)
        guard !type.isError, types.isComplete(type) else { return nil }
        guard !containsLock(type) else {
            report(.lockByValue(expression.range))
            return nil
        }
        let place = declareLocal(type, name: nil, expression.range, isGhost: false)
        initializeLocal(place, initializer, expression.range)
        return place
    }
}
