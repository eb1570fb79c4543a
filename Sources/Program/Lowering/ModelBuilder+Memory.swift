import Syntax

extension TypeTable {
    /// Resolves a type that was entered before: its definition, if it stands here, is not entered again.
    mutating func resolveAgain(_ type: TypeName) -> Type {
        var ignored = Diagnostics()
        return resolve(type.withoutDefinition, &ignored)
    }

    /// Whether a value of the type has a lock, a counter or their like in it, which cannot be copied.
    func containsLock(_ type: Type) -> Bool {
        switch type {
        case .builtin: true
        case .array(let element, _): containsLock(element)
        case .structure(let index): (structures[index].fields ?? []).contains { containsLock($0.type) }
        default: false
        }
    }

    /// How many values of one type a value of another consists of or contains.
    func occurrences(of wanted: Type, in type: Type) -> Int {
        if type == wanted { return 1 }
        switch type {
        case .array(let element, let count): return occurrences(of: wanted, in: element) * count
        case .structure(let index):
            return (structures[index].fields ?? []).reduce(0) { $0 + occurrences(of: wanted, in: $1.type) }
        default: return 0
        }
    }
}

extension TypeName {
    /// The type by its tag alone.
    var withoutDefinition: TypeName {
        var copy = self
        switch base {
        case .structure(let tag, .some): copy.base = .structure(tag: tag, definition: nil)
        case .enumeration(let tag, .some): copy.base = .enumeration(tag: tag, definition: nil)
        default: break
        }
        return copy
    }
}

extension Variable {
    /// Whether what the name stands for is const, not only what it points to.
    var isReadOnly: Bool { type.isConst && type.pointerDepth == 0 }
}

extension ModelBuilder {
    /// Globals, per-CPU variables and objects, in the order of the text.
    func layOutMemory() {
        for declaration in source.tree.declarations {
            switch declaration.kind {
            case .variables(let variables):
                for variable in variables { addGlobal(variable) }
            case .perCPU(let typeName, let name), .register(let typeName, let name):
                let type = types.resolve(typeName, &diagnostics)
                memory.types = types
                guard !type.isError else { continue }
                guard types.isComplete(type) else {
                    diagnostics.add(.incompleteType(types.describe(type), name.range))
                    continue
                }
                declare(name, .array(type, max(1, settings.cpuCount)), isGhost: false, isPerCPU: true)
                if case .register = declaration.kind { globals[name.text]?.isRegister = true }
            case .tlb(let typeName, let name, let entries):
                addTLB(typeName, name, entries)
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
        let type = types.resolve(variable, &diagnostics)
        memory.types = types
        guard !type.isError else {
            globals[variable.name.text] = .wrong
            return
        }
        guard types.isComplete(type) else {
            diagnostics.add(.incompleteType(types.describe(type), variable.name.range))
            globals[variable.name.text] = .wrong
            return
        }
        if declare(variable.name, type, isGhost: variable.isGhost, isPerCPU: false) != nil {
            globals[variable.name.text]?.isReadOnly = variable.isReadOnly
        }
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
        guard hasRoom(for: type, name.range) else {
            globals[name.text] = .wrong
            return nil
        }
        let variable = GlobalVariable(type: type, address: memory.cells.count, isGhost: isGhost, isPerCPU: isPerCPU)
        globals[name.text] = variable
        memory.addCells(type, name: name.text, key: name.text, slot: -1, isGhost: isGhost)
        return variable
    }

    static let cellsMax = 16_384

    func hasRoom(for type: Type, count: Int = 1, _ range: SourceRange) -> Bool {
        if memory.cells.count + memory.cellCount(type) * count <= Self.cellsMax { return true }
        diagnostics.add(.tooMuchMemory(range, Self.cellsMax))
        return false
    }

    /// The shared memory of a static local. It comes after all else, as code is made after memory was laid out; pointers
    /// to it are as good as any.
    func declareStaticLocal(_ variable: Variable, _ type: Type, function: String) -> GlobalVariable {
        guard hasRoom(for: type, variable.name.range) else { return .wrong }
        if needs.callbacks.contains(where: { types.occurrences(of: $0.object, in: type) > 0 }) {
            diagnostics.add(.notYet("a static local of a type that call_rcu() is given", variable.name.range))
        }
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
        guard globals[name.text] == nil, pools[name.text] == nil, functions[name.text] == nil,
            types.constants[name.text] == nil
        else {
            diagnostics.add(.redefined(name.text, name.range))
            return
        }
        // What names it below is fine, even where the count is not.
        let pool = model.pools.count
        pools[name.text] = (pool, type)
        guard number >= 0, number <= 64 else {
            diagnostics.add(.badObjectCount(count.range, number))
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
        var slots: [Int] = []
        guard hasRoom(for: type, count: Int(number), name.range) else { return }
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
}
