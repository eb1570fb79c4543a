// Which cells a register may name: Andersen's inclusion analysis ("Program Analysis and Specialization for the C
// Programming Language", 1994), flow-insensitive, cut down to what the lowered code can do.
//
// Two departures make it small. Memory needs no sets of its own: a pointer that was stored has one of the cells of its
// type's pointer set, so a load yields that whole set. And it is done per thread, not per class: constants that differ
// by thread then name the cells of this thread alone, which keeps one thread's context apart from another's.
//
// Sound if every address comes from a constant, an allocation, a load from pointer storage, or one of these moved by
// `fieldAddress` and `elementAddress`; any other arithmetic on an address may give any cell.

/// Which cells each register of one thread's code may hold the number of.
public struct PointsTo: Sendable {
    private let model: Model
    private let thread: Int
    private var registers: [CellSet]
    private let nothing: CellSet
    private let everything: CellSet
    /// By pointer set of the model.
    private let pointerSets: [CellSet]

    /// `thread` is the row of the thread tables; INIT and properties take the last one, `model.threads.count`.
    public init(model: Model, code: Code, thread: Int) {
        self.model = model
        self.thread = thread
        let count = model.cells.count
        nothing = CellSet(cellCount: count)
        var all = nothing
        for cell in model.cells.indices.dropFirst() { all.insert(cell) }
        everything = all
        pointerSets = model.pointerSets.map { cells in
            var set = CellSet(cellCount: count)
            for cell in cells { set.insert(cell) }
            return set
        }
        registers = [CellSet](repeating: nothing, count: code.registers.count)
        // What was kept in the state from one step to the next comes from these same instructions: only they matter.
        var grew = true
        while grew {
            grew = false
            for instruction in code.instructions {
                guard let (targets, set) = transfer(instruction.operation, code) else { continue }
                for target in targets where registers[target].formUnion(set) { grew = true }
            }
        }
    }

    /// The cells that an operand may name.
    public func cells(_ operand: Operand) -> CellSet {
        switch operand {
        case .register(let register): return registers[register]
        case .constant(let value): return single(value)
        case .perThread(let row): return single(model.threadTables[row][thread])
        }
    }

    private func single(_ value: Int64) -> CellSet {
        var set = nothing
        if value > 0, value < Int64(model.cells.count) { set.insert(CellID(value)) }
        return set
    }

    /// The value of an operand that is the same whenever this thread gets there.
    private func known(_ operand: Operand) -> Int64? {
        switch operand {
        case .register: nil
        case .constant(let value): value
        case .perThread(let row): model.threadTables[row][thread]
        }
    }

    /// Where an instruction puts an address, and which ones it may be; nil if it yields none.
    private func transfer(_ operation: Operation, _ code: Code) -> (Range<Register>, CellSet)? {
        func one(_ register: Register, _ set: CellSet) -> (Range<Register>, CellSet) {
            (register..<register + 1, set)
        }
        switch operation {
        case .move(let target, let source), .convert(let target, let source, _):
            return one(target, cells(source))
        case .fieldAddress(let target, let base, let offset):
            let from = cells(base)
            guard let distance = known(offset) else { return one(target, from.isEmpty ? nothing : everything) }
            return one(target, from.shifted(by: Int(distance), cellCount: model.cells.count))
        case .elementAddress(let target, let base, let index, let count, let stride, _):
            let from = cells(base)
            if let index = known(index) {
                guard index >= 0, index < Int64(count) else { return nil }
                return one(target, from.shifted(by: Int(index) * stride, cellCount: model.cells.count))
            }
            var set = nothing
            for index in 0..<count {
                set.formUnion(from.shifted(by: index * stride, cellCount: model.cells.count))
            }
            return one(target, set)
        case .loadElement(let target, let first, _, let count, let stride, let offset):
            var set = nothing
            for index in 0..<count { set.formUnion(registers[first + index * stride + offset]) }
            return one(target, set)
        case .storeElement(let first, _, let count, let stride, let offset, let value):
            guard count > 0 else { return nil }
            // Elements of other offsets get it too: coarser, and the members of one array are seldom told apart.
            return (first + offset..<first + (count - 1) * stride + offset + 1, cells(value))
        case .load(let target, let address, _):
            return one(target, loaded(from: cells(address)))
        case .allocate(let target, let pool):
            var set = nothing
            for slot in model.pools[pool].slots { set.insert(model.slots[slot].firstCell) }
            return one(target, set)
        case .binary(let operation, let target, let a, let b):
            switch operation {
            case .equal, .notEqual, .lessSigned, .lessOrEqualSigned, .lessUnsigned, .lessOrEqualUnsigned, .hasBit:
                return nil
            default:
                return isAddress(a) || isAddress(b) ? one(target, everything) : nil
            }
        case .unary(let operation, let target, let source):
            if case .isZero = operation { return nil }
            return isAddress(source) ? one(target, everything) : nil
        default:
            return nil
        }
    }

    /// A small constant looks like an address; arithmetic with it alone is arithmetic with numbers.
    private func isAddress(_ operand: Operand) -> Bool {
        guard case .register(let register) = operand else { return false }
        return !registers[register].isEmpty
    }

    private func loaded(from addresses: CellSet) -> CellSet {
        var set = nothing
        for cell in addresses.members {
            guard case .pointer(let index) = model.storages[model.cells[cell].storage].kind else { continue }
            set.formUnion(pointerSets[index])
        }
        return set
    }
}
