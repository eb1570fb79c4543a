import Syntax

/// A variable of the file.
struct GlobalVariable {
    var type: Type
    var address: CellID
    var isGhost: Bool
    /// An array with one element per CPU, named by `this_cpu()` and `per_cpu()`.
    var isPerCPU: Bool
    /// A CPU's own: no other CPU's accesses race with it.
    var isRegister = false
    /// Declared `const`.
    var isReadOnly = false

    /// Stands for a variable whose declaration was refused: what names it is not refused again.
    static let wrong = GlobalVariable(type: .error, address: 0, isGhost: false, isPerCPU: false)
}

/// How many threads of the model may take a lock's roles: fixes the cells of each lock type.
struct LockShapes {
    /// Numbers of the threads, ascending.
    var readers: [BuiltinType: [Int]] = [:]
    var writers: [BuiltinType: [Int]] = [:]
    var updaters: [BuiltinType: [Int]] = [:]
    /// `LOCKS(FIFO)`: each waiter of a sleeping lock knows who came before it.
    var isFIFO = false
}

/// Lays out shared memory: cells for globals and objects, with their names and storages.
struct MemoryBuilder {
    var types: TypeTable
    let needs: Needs
    let shapes: LockShapes
    /// Threads by class name.
    let threadsOfClass: [String: Range<Int>]
    let threadCount: Int
    /// `WIDTH(struct tag.field, n)` and `WIDTH(variable, n)` by storage key.
    let widths: [String: Int]

    var cells: [Cell] = []
    var storages: [Storage] = []
    var storageIndex: [String: Int] = [:]
    var locks: [LockPlace] = []
    var lockClasses: [String] = []
    /// SRCU domains, by their first cell.
    var srcuDomains: [GraceDomain] = []
    /// The cells at which a value of each type begins, by pointer key.
    var targets: [String: [CellID]] = [:]
    /// What traces call the value of a struct type at a cell.
    var structNames: [Type: [CellID: String]] = [:]
    var pointerSetIndex: [String: Int] = [:]
    var usedWidths: Set<String> = []

    init(
        types: TypeTable, needs: Needs, shapes: LockShapes, threadsOfClass: [String: Range<Int>], threadCount: Int,
        widths: [String: Int]
    ) {
        self.types = types
        self.needs = needs
        self.shapes = shapes
        self.threadsOfClass = threadsOfClass
        self.threadCount = threadCount
        self.widths = widths
        storages.append(Storage(name: "NULL", kind: .fixed(low: 0, high: 0, overflowName: nil)))
        cells.append(Cell(name: "NULL", storage: 0))
    }

    /// Cells of one value of the type.
    func cellCount(_ type: Type) -> Int {
        switch type {
        case .void, .error: return 1
        case .integer, .enumeration, .pointer: return 1
        case .array(let element, let count): return cellCount(element) * count
        case .structure(let index): return max(1, (types.structures[index].fields ?? []).reduce(0) { $0 + cellCount($1.type) })
        case .builtin(let builtin): return cellCount(builtin)
        }
    }

    func cellCount(_ builtin: BuiltinType) -> Int {
        let readers = shapes.readers[builtin]?.count ?? 0
        switch builtin {
        case .mutex: return shapes.isFIFO ? 2 + (shapes.writers[builtin]?.count ?? 0) : 1
        case .spinlock, .atomic, .refcount, .waitQueue: return 1
        case .rwsem where shapes.isFIFO: return 3 + 2 * readers + 2 * (shapes.writers[builtin]?.count ?? 0)
        case .rwlock, .rwsem: return 3 + 2 * readers
        case .seqcount: return 1 + readers
        case .seqlock: return 2 + readers
        case .completion: return 2
        case .srcu: return 1 + readers + (shapes.updaters[builtin]?.count ?? 0)
        }
    }

    /// Cells before a field, and the field.
    func field(_ name: String, of structure: Int) -> (offset: Int, field: StructureInfo.Field)? {
        var offset = 0
        for field in types.structures[structure].fields ?? [] {
            if field.name == name { return (offset, field) }
            offset += cellCount(field.type)
        }
        return nil
    }

    mutating func storage(_ key: String, _ kind: @autoclosure () -> Storage.Kind) -> Int {
        if let known = storageIndex[key] { return known }
        storageIndex[key] = storages.count
        storages.append(Storage(name: key, kind: kind()))
        return storages.count - 1
    }

    mutating func addCell(_ cell: Cell) -> CellID {
        cells.append(cell)
        return cells.count - 1
    }

    /// What the values of a bool or an enum are called.
    func valueNames(_ type: Type) -> [Int64: String] {
        switch type {
        case .integer(let integer) where integer.isBool: return [0: "false", 1: "true"]
        case .enumeration(let index):
            return Dictionary(types.enumerations[index].enumerators.map { ($0.value, $0.name) }) { first, _ in first }
        default: return [:]
        }
    }

    /// How a scalar of the type is kept; `key` names the variable or field for `WIDTH` and messages.
    mutating func storageKind(_ type: Type, bits: Int?, key: String) -> Storage.Kind {
        if let bits {
            let range = Type.bitFieldRange(type, bits)
            return .fixed(low: range.lowerBound, high: range.upperBound, overflowName: nil)
        }
        if let width = widths[key], case .integer(let integer) = type, !integer.isBool, integer.narrow == nil {
            usedWidths.insert(key)
            // A WIDTH counts upwards from zero: the states of a counter, not the sign of C.
            return .fixed(low: 0, high: (Int64(1) << Int64(width)) - 1, overflowName: key)
        }
        switch type {
        case .integer(let integer):
            if integer.isBool { return .fixed(low: 0, high: 1, overflowName: nil) }
            if let narrow = integer.narrow {
                return .fixed(low: 0, high: (Int64(1) << Int64(narrow)) - 1, overflowName: key)
            }
            return .inferred(low: 0, high: 0)
        case .enumeration(let index):
            let values = types.enumerations[index].enumerators.map(\.value)
            return .inferred(low: min(0, values.min() ?? 0), high: max(0, values.max() ?? 0))
        case .pointer(let target):
            return .pointer(set: pointerSet(target))
        default:
            return .inferred(low: 0, high: 0)
        }
    }

    /// The set of cells that pointers to the type may name; filled when all memory is laid out.
    mutating func pointerSet(_ target: Type) -> Int {
        let key = types.pointerKey(target)
        if let known = pointerSetIndex[key] { return known }
        pointerSetIndex[key] = pointerSetIndex.count
        return pointerSetIndex.count - 1
    }

    func pointerSets() -> [[CellID]] {
        var sets = [[CellID]](repeating: [], count: pointerSetIndex.count)
        for (key, index) in pointerSetIndex {
            // An address in the making may lie anywhere.
            sets[index] = key == "void" ? Array(1..<cells.count) : targets[key] ?? []
        }
        return sets
    }

    /// By pointer set, what traces call the structs that begin at its cells.
    func pointerNames() -> [[CellID: String]] {
        var names = [[CellID: String]](repeating: [:], count: pointerSetIndex.count)
        for (type, structs) in structNames {
            if let index = pointerSetIndex[types.pointerKey(type)] { names[index] = structs }
        }
        return names
    }

    /// Adds the cells of a value. `name` is what traces call it, `key` what all instances of it share.
    mutating func addCells(
        _ type: Type, name: String, key: String, slot: Int, isGhost: Bool, bits: Int? = nil
    ) {
        let address = cells.count
        if bits == nil { targets[types.pointerKey(type), default: []].append(address) }
        switch type {
        case .array(let element, let count):
            for index in 0..<count {
                addCells(element, name: "\(name)[\(index)]", key: key, slot: slot, isGhost: isGhost)
            }
        case .structure(let index):
            let info = types.structures[index]
            let fields = info.fields ?? []
            structNames[type, default: [:]][address] = name
            for field in fields {
                let fieldKey = info.isAnonymous ? "\(key).\(field.name)" : "struct \(info.tag).\(field.name)"
                addCells(
                    field.type, name: "\(name).\(field.name)", key: fieldKey, slot: slot,
                    isGhost: isGhost || field.isGhost, bits: field.bits)
            }
            if fields.isEmpty { cells.append(Cell(name: name, storage: 0, slot: slot)) }
        case .builtin(let builtin):
            addLock(builtin, name: name, key: key, slot: slot, isGhost: isGhost)
        default:
            let kind = storageKind(type, bits: bits, key: key)
            let number = storage(key, kind)
            storages[number].valueNames = valueNames(type)
            cells.append(Cell(name: name, storage: number, slot: slot, isGhost: isGhost))
        }
    }
}
