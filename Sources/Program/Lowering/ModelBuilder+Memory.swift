import Syntax

extension TypeTable {
    /// Resolves a type that was entered before: its definition, if it stands here, is not entered again.
    mutating func resolveAgain(_ type: TypeName) -> Type {
        var ignored = Diagnostics()
        var copy = type
        switch type.base {
        case .structure(let tag, .some): copy.base = .structure(tag: tag, definition: nil)
        case .enumeration(let tag, .some): copy.base = .enumeration(tag: tag, definition: nil)
        default: break
        }
        return resolve(copy, &ignored)
    }
}

extension ModelBuilder {
    /// Globals, per-CPU variables and objects, in the order of the text.
    func layOutMemory() {
        for declaration in source.tree.declarations {
            switch declaration.kind {
            case .variables(let variables):
                for variable in variables { addGlobal(variable) }
            case .perCPU(let typeName, let name):
                let type = types.resolve(typeName, &diagnostics)
                memory.types = types
                guard !type.isError else { continue }
                declare(name, .array(type, max(1, settings.cpuCount)), isGhost: false, isPerCPU: true)
            case .objects(let typeName, let name, let count, let flags):
                addPool(typeName, name, count, flags, declaration.range)
            default: break
            }
        }
        memory.types = types
        // A second round, as initialisers may name what comes later.
        for declaration in source.tree.declarations {
            guard case .variables(let variables) = declaration.kind else { continue }
            for variable in variables {
                guard let initializer = variable.initializer, let global = globals[variable.name.text] else { continue }
                initialize(global.address, global.type, initializer)
            }
        }
    }

    private func addGlobal(_ variable: Variable) {
        let type: Type
        if case .structure(let tag, .some) = variable.type.base, let index = types.structureIndex[tag.text],
            types.structures[index].fields != nil
        {
            // `static struct a { … } x, y;`: the definition stands with each.
            _ = index
            type = types.resolveAgain(variable.type)
        } else if case .enumeration(let tag, .some) = variable.type.base, types.enumerationIndex[tag.text] != nil {
            type = types.resolveAgain(variable.type)
        } else {
            type = types.resolve(variable.type, &diagnostics)
        }
        memory.types = types
        guard !type.isError else {
            globals[variable.name.text] = GlobalVariable(type: .error, address: 0, isGhost: false, isPerCPU: false)
            return
        }
        guard types.isComplete(type) else {
            diagnostics.add(.incompleteType(types.describe(type), variable.name.range))
            return
        }
        declare(variable.name, type, isGhost: variable.isGhost, isPerCPU: false)
    }

    @discardableResult
    private func declare(_ name: Name, _ type: Type, isGhost: Bool, isPerCPU: Bool) -> GlobalVariable? {
        checkName(name)
        if globals[name.text] != nil || pools[name.text] != nil || functions[name.text] != nil
            || types.constants[name.text] != nil
        {
            diagnostics.add(.redefined(name.text, name.range))
            return nil
        }
        guard memory.cells.count + memory.cellCount(type) <= Self.cellsMax else {
            diagnostics.add(.tooMuchMemory(name.range, Self.cellsMax))
            return nil
        }
        let variable = GlobalVariable(type: type, address: memory.cells.count, isGhost: isGhost, isPerCPU: isPerCPU)
        globals[name.text] = variable
        memory.addCells(type, name: name.text, key: name.text, slot: -1, isGhost: isGhost)
        return variable
    }

    static let cellsMax = 16_384

    /// The shared memory of a static local. It comes after all else, as code is made after memory was laid out; pointers
    /// to it are as good as any.
    func declareStaticLocal(_ variable: Variable, _ type: Type, function: String) -> GlobalVariable {
        let global = GlobalVariable(
            type: type, address: memory.cells.count, isGhost: variable.isGhost, isPerCPU: false)
        let name = "\(function).\(variable.name.text)"
        memory.addCells(type, name: name, key: name, slot: -1, isGhost: variable.isGhost)
        staticLocals[variable.name.range] = global
        if let initializer = variable.initializer { initialize(global.address, type, initializer) }
        return global
    }

    private func addPool(_ typeName: TypeName, _ name: Name, _ count: Expression, _ flags: [Expression], _ range: SourceRange) {
        checkName(name)
        let type = types.resolve(typeName, &diagnostics)
        memory.types = types
        guard !type.isError, let number = types.evaluate(count, &diagnostics) else { return }
        guard case .structure(let index) = type, types.isComplete(type) else {
            diagnostics.add(.objectsNeedStruct(typeName.range))
            return
        }
        guard number >= 0, number <= 64 else {
            diagnostics.add(.badObjectCount(count.range, number))
            return
        }
        guard globals[name.text] == nil, pools[name.text] == nil else {
            diagnostics.add(.redefined(name.text, name.range))
            return
        }
        var isTypesafe = false
        for flag in flags {
            guard let value = types.evaluate(flag, &diagnostics) else { continue }
            guard value == 0 || value == 1 else {
                diagnostics.add(.badSetting(flag.range, "OBJECTS", "SLAB_TYPESAFE_BY_RCU or 0"))
                continue
            }
            if value == 1 { isTypesafe = true }
        }
        if isTypesafe { found.waitsForRCU = true }
        let pool = model.pools.count
        pools[name.text] = (pool, type)
        var slots: [Int] = []
        guard memory.cells.count + memory.cellCount(type) * Int(number) <= Self.cellsMax else {
            diagnostics.add(.tooMuchMemory(name.range, Self.cellsMax))
            return
        }
        for instance in 0..<Int(number) {
            let slot = model.slots.count
            slots.append(slot)
            let first = memory.cells.count
            memory.addCells(type, name: "\(name.text)[\(instance)]", key: "", slot: slot, isGhost: false)
            let live = memory.addCell(
                Cell(
                    name: "\(name.text)[\(instance)] (live)",
                    storage: memory.storage("\(name.text) (live)", .fixed(low: 0, high: 1, overflowName: nil)),
                    role: .live))
            model.slots.append(
                Slot(
                    pool: pool, index: instance, firstCell: first, cellCount: live - first, liveCell: live,
                    quarantineCell: 0))
        }
        model.pools.append(
            Pool(
                name: name.text, typeName: types.structures[index].tag, slots: slots, isTypesafe: isTypesafe,
                range: range))
    }

    // MARK: Initialisers

    /// Gives cells the constant values of an initialiser.
    private func initialize(_ address: CellID, _ type: Type, _ initializer: Initializer) {
        switch initializer {
        case .expression(let expression):
            initialize(address, type, expression)
        case .list(let items, let range):
            var cursor = InitializerCursor(type: type, memory: memory)
            for item in items {
                guard let (offset, target) = cursor.next(item, &diagnostics, types, range) else { continue }
                initialize(address + offset, target, item.value)
            }
        }
    }

    private func initialize(_ address: CellID, _ type: Type, _ expression: Expression) {
        switch type {
        case .pointer(let target):
            if let value = addressConstant(expression, target) { memory.cells[address].initial = Int64(value) }
        case .integer, .enumeration:
            guard let value = types.evaluate(expression, &diagnostics) else { return }
            let stored = convertConstant(value, type)
            if case .fixed(let low, let high, _) = memory.storages[memory.cells[address].storage].kind,
                stored < low || stored > high
            {
                diagnostics.add(.initializerDoesNotFit(expression.range, stored, high))
                return
            }
            memory.cells[address].initial = stored
        case .builtin:
            guard let value = types.evaluate(expression, &diagnostics), value != 0 else { return }
            diagnostics.add(.badInitializer(expression.range, types.describe(type)))
        case .error: break
        default:
            // `= { 0 }` reaches the first scalar by braces left out.
            var cursor = InitializerCursor(type: type, memory: memory)
            let item = InitializerItem(designators: [], value: .expression(expression))
            if case .integer(0, _, _) = expression.kind { return }
            guard let (offset, target) = cursor.next(item, &diagnostics, types, expression.range) else { return }
            initialize(address + offset, target, expression)
        }
    }

    /// The value after C's conversion to the type.
    func convertConstant(_ value: Int64, _ type: Type) -> Int64 {
        guard case .integer(let integer) = type else { return value }
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

/// Walks the parts of an aggregate in the order in which an initialiser's items fill them.
struct InitializerCursor {
    let type: Type
    let memory: MemoryBuilder
    private var position = 0

    init(type: Type, memory: MemoryBuilder) {
        self.type = type
        self.memory = memory
    }

    /// Cell offset and type of what the item gives a value to; nil after an error.
    mutating func next(
        _ item: InitializerItem, _ diagnostics: inout Diagnostics, _ types: TypeTable, _ range: SourceRange
    ) -> (offset: Int, type: Type)? {
        var rest = item.designators[...]
        if let first = rest.popFirst() {
            switch (first, type) {
            case (.field(let name), .structure(let index)):
                guard let fieldIndex = (types.structures[index].fields ?? []).firstIndex(where: { $0.name == name.text })
                else {
                    diagnostics.add(.noSuchField(name, types.describe(type), nil))
                    return nil
                }
                position = fieldIndex
            case (.field(let name), .builtin(let builtin)) where builtin.isCounter && name.text == "counter":
                position = 0
            case (.index(let expression), .array):
                guard let value = types.evaluate(expression, &diagnostics) else { return nil }
                position = Int(clamping: value)
            default:
                diagnostics.add(.badInitializer(range, types.describe(type)))
                return nil
            }
        }
        guard var (offset, target) = element(position, types) else {
            diagnostics.add(.tooManyInitializers(range, types.describe(type)))
            return nil
        }
        position += 1
        if !rest.isEmpty {
            var inner = InitializerCursor(type: target, memory: memory)
            let deeper = InitializerItem(designators: Array(rest), value: item.value)
            guard let (more, innerType) = inner.next(deeper, &diagnostics, types, range) else { return nil }
            offset += more
            target = innerType
        }
        return (offset, target)
    }

    private func element(_ index: Int, _ types: TypeTable) -> (Int, Type)? {
        switch type {
        case .structure(let structure):
            let fields = types.structures[structure].fields ?? []
            guard index < fields.count else { return nil }
            return (fields[..<index].reduce(0) { $0 + memory.cellCount($1.type) }, fields[index].type)
        case .array(let element, let count):
            guard index >= 0, index < count else { return nil }
            return (index * memory.cellCount(element), element)
        case .builtin(let builtin) where builtin.isCounter:
            return index == 0 ? (0, .int) : nil
        default:
            return index == 0 ? (0, type) : nil
        }
    }
}
