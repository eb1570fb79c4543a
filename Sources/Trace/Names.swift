import Execution
import Program
import Syntax

/// The names that a kernel developer would give to cells, objects, locks and values.
struct Names {
    let model: Model
    /// By any cell that is part of a lock: the index of the lock.
    private var lockOfCell: [CellID: Int] = [:]
    /// By the first cell of a slot: the slot.
    private var slotAt: [CellID: Int] = [:]

    init(model: Model) {
        self.model = model
        for (index, lock) in model.locks.enumerated() {
            lockOfCell[lock.firstCell] = index
            for cell in [lock.ownerCell] + lock.readerCells + lock.waiterCells where cell > 0 { lockOfCell[cell] = index }
        }
        for (index, slot) in model.slots.enumerated() { slotAt[slot.firstCell] = index }
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

    /// The lock whose inside a step has looked at last.
    func lock(readBy record: StepRecord) -> LockPlace? {
        for (_, event) in record.events.reversed() {
            if case .read(let cell, _) = event, let lock = lock(at: cell) { return lock }
        }
        return nil
    }

    /// A value as its storage keeps it: a bool or an enum by name, a pointer by what it names, `(free)` behind it if that
    /// is a free object.
    func value(_ value: Int64, storage: Int, in state: StateView?) -> String {
        guard model.storages.indices.contains(storage) else { return "\(value)" }
        if case .pointer(let set) = model.storages[storage].kind { return pointer(CellID(value), set: set, in: state) }
        return model.storages[storage].valueNames[value] ?? "\(value)"
    }

    /// Whether the storage says more of a value than its number.
    func hasNames(storage: Int) -> Bool {
        guard model.storages.indices.contains(storage) else { return false }
        if case .pointer = model.storages[storage].kind { return true }
        return !model.storages[storage].valueNames.isEmpty
    }

    func value(_ value: Int64, ofCell cell: CellID, in state: StateView?) -> String {
        self.value(value, storage: model.cells[cell].storage, in: state)
    }

    private func pointer(_ cell: CellID, set: Int, in state: StateView?) -> String {
        guard cell > 0 else { return "NULL" }
        let free = state?.freeSlot(around: cell) == nil ? "" : " (free)"
        // A struct and its first field have one address: the pointer's type says which of them is meant.
        guard set < model.pointerNames.count, let name = model.pointerNames[set][cell] else { return "&" + place(cell) + free }
        if let slot = slotAt[cell], object(slot) == name { return name + free }
        return "&" + name + free
    }

    /// The line on which a range begins.
    func line(of range: SourceRange) -> Counterexample.Place? {
        model.texts.place(of: range).map { Counterexample.Place(file: $0.file, line: $0.line) }
    }
}
