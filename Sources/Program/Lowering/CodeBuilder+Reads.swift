import Syntax

/// Reading places.
extension CodeBuilder {
    /// Reads a place as ordinary code does: a step for shared memory.
    func read(_ place: Place, _ range: SourceRange) -> Value {
        if case .array(let element, _) = place.type { return decay(place, element, range) }
        guard case .memory(let address, let isChecked) = place.location else { return readRegisters(place, range) }
        if place.isGhost, mode != .proof {
            report(.ghostInProgram(range))
            return .error
        }
        if case .builtin(let builtin) = place.type {
            report(readsLockArgument ? .forgottenAmpersand(range, folded(range)) : .insideOfLock(range, builtin.rawValue))
            return .error
        }
        if case .structure = place.type, mode == .program, atomics.isEmpty {
            report(.plainStructCopy(range))
            return .error
        }
        beginStep(.load, range)
        let value = load(
            address, place, isChecked: isChecked, access(place.isRegister ? .marked : .plain), range)
        if value.parts.count == 1 { showResult(value.operand) }
        return value
    }

    /// The access that plain (or marked) code at this place makes.
    func access(_ kind: Access.Kind, _ ordering: Ordering = .relaxed) -> Access {
        if mode == .proof { return .ghost }
        // What the hardware reads is no access of the program.
        if self.kind == .hardware { return .hidden }
        if mode == .condition || !atomics.isEmpty { return Access(.marked, ordering) }
        return Access(kind, ordering)
    }

    /// The cells of a place, loaded within the step at hand.
    func load(_ address: Operand, _ place: Place, isChecked: Bool, _ access: Access, _ range: SourceRange) -> Value {
        if isChecked { emit(.checkPlace(address, .read), range) }
        if containsLock(place.type) {
            report(.lockByValue(range))
            return .error
        }
        let parts = leaves(place.type)
        var operands: [Operand] = []
        for (index, part) in parts.enumerated() {
            let cell = offset(address, by: index, range)
            operands.append(define(part.type, range) { .load($0, cell, access) })
        }
        return Value(type: place.type, parts: operands, range: valueRange(place.type, place.bits))
    }

    func valueRange(_ type: Type, _ bits: Int? = nil) -> ClosedRange<Int64> {
        if let bits { return Type.bitFieldRange(type, bits) }
        switch type {
        case .integer(let integer): return integer.range
        case .enumeration: return Int64(Int32.min)...Int64(Int32.max)
        case .pointer: return 0...Int64(ModelBuilder.cellsMax)
        default: return Int64.min...Int64.max
        }
    }

    private func decay(_ place: Place, _ element: Type, _ range: SourceRange) -> Value {
        guard case .memory(let address, _) = place.location else {
            var target = place
            target.type = element
            return Value(type: .pointer(element), parts: [.constant(0)], localTarget: target)
        }
        return Value(type: .pointer(element), parts: [address])
    }

    private func readRegisters(_ place: Place, _ range: SourceRange) -> Value {
        guard case .registers(let first, let offset, let index, let total) = place.location else { return .error }
        if place.isGhost, mode != .proof {
            report(.ghostInProgram(range))
            return .error
        }
        let count = leaves(place.type).count
        var operands: [Operand] = []
        for part in 0..<count {
            if let index {
                let type = leaves(place.type)[part].type
                operands.append(
                    define(type, range) {
                        .loadElement($0, first: first, index: index, count: total, stride: 1, offset: offset + part)
                    })
            } else {
                operands.append(.register(first + offset + part))
            }
        }
        return Value(type: place.type, parts: operands, range: valueRange(place.type, place.bits))
    }
}
