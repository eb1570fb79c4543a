import Program

/// Reads the values of one packed state.
struct StateView {
    let model: Model
    let layout: StateLayout
    let words: [UInt64]

    /// The value of a cell; a pointer's is the cell that it names.
    func value(of cell: CellID) -> Int64 {
        guard cell > 0, cell < layout.cells.count else { return 0 }
        return value(of: layout.cells[cell])
    }

    func value(of field: BitField) -> Int64 { layout.value(field, in: words, model) }

    /// The step that the thread will take next; nil when it has ended or idles.
    func nextStep(of thread: Int) -> Int? {
        let point = Int(value(of: model.threads[thread].programPointCell))
        return point > 0 ? point - 1 : nil
    }

    /// The slot that a cell lies in, if that slot is free.
    func freeSlot(around cell: CellID) -> Int? {
        guard cell > 0, cell < model.cells.count else { return nil }
        let slot = model.cells[cell].slot
        guard slot >= 0, value(of: model.slots[slot].liveCell) == 0 else { return nil }
        return slot
    }
}
