import Program
import Syntax

/// The names that a kernel developer would give to cells, objects, locks and values.
struct Names {
    let model: Model
    /// By any cell that is part of a lock: the index of the lock.
    private var lockOfCell: [CellID: Int] = [:]
    /// By the first cell of a slot: the slot.
    private var slotAt: [CellID: Int] = [:]
    /// By pointer set: whether it names whole objects rather than their first fields. Both have the same address, so
    /// the set's other members tell them apart: an object's pointers name starts of slots and nothing inside one.
    private var namesObjects: [Bool] = []

    init(model: Model) {
        self.model = model
        for (index, lock) in model.locks.enumerated() {
            lockOfCell[lock.firstCell] = index
            for cell in [lock.ownerCell] + lock.readerCells + lock.waiterCells where cell > 0 { lockOfCell[cell] = index }
        }
        for (index, slot) in model.slots.enumerated() { slotAt[slot.firstCell] = index }
        let starts = slotAt
        let locks = lockOfCell
        namesObjects = model.pointerSets.map { set in
            let slots = set.filter { starts[$0] != nil }
            let inside = set.contains { starts[$0] == nil && model.cells[$0].slot >= 0 }
            let otherLocks = set.contains { starts[$0] == nil && locks[$0] != nil }
            return !slots.isEmpty && !inside && !otherLocks
        }
    }

    /// `ptpages[1]`.
    func object(_ slot: Int) -> String {
        let pool = model.pools[model.slots[slot].pool]
        return "\(pool.name)[\(model.slots[slot].index)]"
    }

    /// `mm.pmd`, `ptpages[0].ptl`: a lock by its own name, whichever of its parts the cell is.
    func place(_ cell: CellID) -> String {
        guard cell > 0, cell < model.cells.count else { return "NULL" }
        if let lock = lockOfCell[cell] { return model.locks[lock].name }
        return model.cells[cell].name
    }

    func lock(at cell: CellID) -> LockPlace? { lockOfCell[cell].map { model.locks[$0] } }

    /// A value as its storage keeps it: a pointer by what it names, `(free)` behind it if that is a free object.
    func value(_ value: Int64, storage: Int, in state: StateView?) -> String {
        guard storage >= 0, storage < model.storages.count, case .pointer(let set) = model.storages[storage].kind else {
            return "\(value)"
        }
        return pointer(CellID(value), set: set, in: state)
    }

    func value(_ value: Int64, ofCell cell: CellID, in state: StateView?) -> String {
        self.value(value, storage: model.cells[cell].storage, in: state)
    }

    private func pointer(_ cell: CellID, set: Int, in state: StateView?) -> String {
        guard cell > 0 else { return "NULL" }
        let free = state?.freeSlot(around: cell) == nil ? "" : " (free)"
        if namesObjects[set], let slot = slotAt[cell] { return object(slot) + free }
        return "&" + place(cell) + free
    }

    /// The line on which a range begins.
    func line(of range: SourceRange) -> Counterexample.Place? {
        model.texts.place(of: range).map { Counterexample.Place(file: $0.file, line: $0.line) }
    }
}
