import Syntax

/// Finds which part of a struct or array each value of an initialiser is for, as C does: in order, by designators, and
/// with inner braces left out (`{ 1, 2, 3, 4 }` for an `int[2][2]`).
struct InitializerFiller {
    /// One scalar, or a struct that is given as a whole.
    struct Part {
        var offset: Int
        var type: Type
        /// Width of a bit-field.
        var bits: Int?
        var value: Expression
    }

    let types: TypeTable
    var diagnostics: Diagnostics
    /// Whether an expression gives a struct as a whole, rather than its first field.
    let isWhole: (Expression, Type) -> Bool
    /// What a value of the type takes of that in which offsets count: cells, or registers.
    let size: (Type) -> Int
    private var parts: [Part] = []

    init(
        types: TypeTable, diagnostics: Diagnostics, isWhole: @escaping (Expression, Type) -> Bool,
        size: @escaping (Type) -> Int
    ) {
        self.types = types
        self.diagnostics = diagnostics
        self.isWhole = isWhole
        self.size = size
    }

    mutating func parts(_ type: Type, _ items: [InitializerItem], _ range: SourceRange) -> [Part] {
        parts = []
        fill(type, nil, items, range, 0)
        return parts
    }

    private static func isAggregate(_ type: Type) -> Bool {
        switch type {
        case .array, .structure: true
        case .builtin(let builtin): builtin.isCounter
        default: false
        }
    }

    /// A list in braces for a value of the type.
    private mutating func fill(_ type: Type, _ bits: Int?, _ items: [InitializerItem], _ range: SourceRange, _ offset: Int) {
        var index = 0
        if Self.isAggregate(type) {
            fillAggregate(type, items, range, offset, &index, isBraced: true)
        } else if let first = items.first {
            // `int x = { 1 };`
            fillItem(type, bits, items, range, offset, &index)
            if items.count > 1 || !first.designators.isEmpty {
                diagnostics.add(.tooManyInitializers(range, types.describe(type)))
            }
        }
    }

    /// The parts of an aggregate from `index` on; without braces of its own it takes as many items as it has parts.
    private mutating func fillAggregate(
        _ type: Type, _ items: [InitializerItem], _ range: SourceRange, _ offset: Int, _ index: inout Int, isBraced: Bool
    ) {
        var position = 0
        while index < items.count {
            let designators = items[index].designators
            if !designators.isEmpty {
                guard isBraced else { return }
                guard let found = designated(type, designators[...], range) else {
                    index += 1
                    continue
                }
                position = found.position + 1
                let before = index
                fillItem(found.type, found.bits, items, range, offset + found.offset, &index)
                if index == before { index += 1 }
                continue
            }
            guard let next = element(type, position) else {
                if isBraced { diagnostics.add(.tooManyInitializers(range, types.describe(type))) }
                return
            }
            position += 1
            fillItem(next.type, next.bits, items, range, offset + next.offset, &index)
        }
    }

    private mutating func fillItem(
        _ type: Type, _ bits: Int?, _ items: [InitializerItem], _ range: SourceRange, _ offset: Int, _ index: inout Int
    ) {
        switch items[index].value {
        case .list(let inner, let innerRange):
            index += 1
            fill(type, bits, inner, innerRange, offset)
        case .expression(let value):
            guard Self.isAggregate(type), !isWhole(value, type) else {
                index += 1
                parts.append(Part(offset: offset, type: type, bits: bits, value: value))
                return
            }
            var rest = items
            rest[index] = InitializerItem(designators: [], value: items[index].value)
            fillAggregate(type, rest, range, offset, &index, isBraced: false)
        }
    }

    /// What `.field[2].field` names, and the position of its first part.
    private mutating func designated(
        _ type: Type, _ designators: ArraySlice<InitializerItem.Designator>, _ range: SourceRange
    ) -> (offset: Int, type: Type, bits: Int?, position: Int)? {
        guard let first = designators.first, let position = position(type, first, range) else { return nil }
        guard let part = element(type, position) else {
            diagnostics.add(.tooManyInitializers(range, types.describe(type)))
            return nil
        }
        if designators.count == 1 { return (part.offset, part.type, part.bits, position) }
        guard let inner = designated(part.type, designators.dropFirst(), range) else { return nil }
        return (part.offset + inner.offset, inner.type, inner.bits, position)
    }

    private mutating func position(
        _ type: Type, _ designator: InitializerItem.Designator, _ range: SourceRange
    ) -> Int? {
        switch (designator, type) {
        case (.field(let name), .structure(let index)):
            let fields = types.structures[index].fields ?? []
            if let position = fields.firstIndex(where: { $0.name == name.text }) { return position }
            diagnostics.add(.noSuchField(name, types.describe(type), nearest(name.text, in: fields.map(\.name))))
        case (.field(let name), .builtin(let builtin)) where builtin.isCounter && name.text == "counter":
            return 0
        case (.index(let expression), .array):
            return types.evaluate(expression, &diagnostics).map { Int(clamping: $0) }
        default:
            if !type.isError { diagnostics.add(.badInitializer(range, types.describe(type))) }
        }
        return nil
    }

    private func element(_ type: Type, _ index: Int) -> (offset: Int, type: Type, bits: Int?)? {
        switch type {
        case .structure(let structure):
            let fields = types.structures[structure].fields ?? []
            guard fields.indices.contains(index) else { return nil }
            return (fields[..<index].reduce(0) { $0 + size($1.type) }, fields[index].type, fields[index].bits)
        case .array(let element, let count):
            guard index >= 0, index < count else { return nil }
            return (index * size(element), element, nil)
        default:
            return index == 0 ? (0, .int, nil) : nil
        }
    }
}

extension TypeTable {
    /// The type of a variable, its struct or enum having been entered before. An initialiser gives `[]` its length.
    mutating func resolve(_ variable: Variable, _ diagnostics: inout Diagnostics) -> Type {
        var name = variable.type.withoutDefinition
        guard case .some(.none) = name.arrayLengths.first, case .list(let items, let range)? = variable.initializer else {
            return resolve(name, &diagnostics)
        }
        name.arrayLengths.removeFirst()
        let element = resolve(name, &diagnostics)
        guard !element.isError, isComplete(element) else { return element }
        let table = self
        // Mistakes in the items are told when they are filled in.
        var filler = InitializerFiller(types: self, diagnostics: Diagnostics(), isWhole: { value, _ in table.isName(value) }) {
            max(1, table.room($0))
        }
        let last = filler.parts(.array(element, Self.elementsMax), items, range).map(\.offset).max() ?? 0
        let type = Type.array(element, last / max(1, room(element)) + 1)
        return isBounded(type, variable.type.range, &diagnostics) ? type : .error
    }

    /// Whether an expression may be a struct: a name that is no constant, a call, a literal of a struct.
    private func isName(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .identifier(let name): constants[name] == nil
        case .call, .member, .index, .compoundLiteral, .unary(.dereference, _), .conditional: true
        default: false
        }
    }
}

// MARK: Globals

extension ModelBuilder {
    /// Gives cells the constant values of an initialiser.
    func initialize(_ address: CellID, _ type: Type, _ initializer: Initializer) {
        switch initializer {
        case .expression(let expression):
            initialize(address, type, nil, expression)
        case .list(let items, let range):
            let memory = memory
            var filler = InitializerFiller(types: types, diagnostics: diagnostics, isWhole: { _, _ in false }) {
                memory.cellCount($0)
            }
            let parts = filler.parts(type, items, range)
            diagnostics = filler.diagnostics
            for part in parts { initialize(address + part.offset, part.type, part.bits, part.value) }
        }
    }

    private func initialize(_ address: CellID, _ type: Type, _ bits: Int?, _ expression: Expression) {
        switch type {
        case .pointer(let target):
            if let value = addressConstant(expression, target) { memory.cells[address].initial = Int64(value) }
        case .integer, .enumeration:
            guard let value = types.evaluate(expression, &diagnostics) else { return }
            let stored = convertConstant(value, type, bits)
            if case .fixed(let low, let high, _) = memory.storages[memory.cells[address].storage].kind,
                stored < low || stored > high
            {
                diagnostics.add(.initializerDoesNotFit(expression.range, stored, high))
                return
            }
            memory.cells[address].initial = stored
        case .builtin:
            // `= { 0 }` for a lock that is free.
            guard let value = types.evaluate(expression, &diagnostics), value != 0 else { return }
            diagnostics.add(.badInitializer(expression.range, types.describe(type)))
        case .error: break
        default:
            diagnostics.add(.badInitializer(expression.range, types.describe(type)))
        }
    }

    /// The value after C's conversion to the type. What does not fit a bit-field is told, not cut off.
    private func convertConstant(_ value: Int64, _ type: Type, _ bits: Int?) -> Int64 {
        guard case .integer(let integer) = type, bits == nil else { return value }
        if integer.isBool { return value != 0 ? 1 : 0 }
        return InitialRanges.wrap(value, integer.shape)
    }

    /// `NULL`, `0`, `&global`, `&global.field`, `&array[1]`, `array`.
    private func addressConstant(_ expression: Expression, _ target: Type) -> CellID? {
        switch expression.kind {
        case .integer(0, _, _): return 0
        case .identifier("NULL"): return 0
        case .unary(.addressOf, let operand):
            guard let (address, type) = constantPlace(operand) else { break }
            guard types.pointerKey(type) == types.pointerKey(target) else {
                diagnostics.add(
                    .typeMismatch(expression.range, types.describe(.pointer(type)), types.describe(.pointer(target))))
                return nil
            }
            return address
        case .identifier:
            guard let (address, type) = constantPlace(expression), case .array(let element, _) = type,
                types.pointerKey(element) == types.pointerKey(target)
            else { break }
            return address
        default: break
        }
        diagnostics.add(.badInitializer(expression.range, types.describe(.pointer(target))))
        return nil
    }

    private func constantPlace(_ expression: Expression) -> (CellID, Type)? {
        switch expression.kind {
        case .identifier(let name):
            guard let global = globals[name], !global.isPerCPU else { return nil }
            return (global.address, global.type)
        case .member(let base, let field, isArrow: false):
            guard let (address, type) = constantPlace(base), case .structure(let index) = type,
                let found = memory.field(field.text, of: index)
            else { return nil }
            return (address + found.offset, found.field.type)
        case .index(let base, let index):
            guard let (address, type) = constantPlace(base), case .array(let element, let count) = type,
                let value = types.evaluate(index, &diagnostics), value >= 0, value < Int64(count)
            else { return nil }
            return (address + Int(value) * memory.cellCount(element), element)
        default: return nil
        }
    }
}
