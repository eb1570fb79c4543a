import Program

/// Looks for live objects that no pointer leads to any more, in states where everything has come to rest.
///
/// The roots are the pointers among the globals, and what they lead to is followed from object to object; a pointer into
/// the middle of an object counts, as `container_of` gets back from there. Ghosts hold nothing. No callback is pending
/// in such a state, and the locals of a daemon that waits do not count.
struct LeakCheck {
    private let model: Model
    private let view: StateView
    /// Cells that hold pointers: of globals, and by slot.
    private let roots: [CellID]
    private let pointersOfSlot: [[CellID]]
    /// By cell: the slot that it lies in, or -1.
    private let slotOfCell: [Int]

    init(model: Model, view: StateView) {
        self.model = model
        self.view = view
        func isPointer(_ cell: CellID) -> Bool {
            guard !model.cells[cell].isGhost, case .data = model.cells[cell].role else { return false }
            if case .pointer = model.storages[model.cells[cell].storage].kind { return true }
            return false
        }
        slotOfCell = model.cells.map(\.slot)
        roots = model.cells.indices.dropFirst().filter { model.cells[$0].slot < 0 && isPointer($0) }
        pointersOfSlot = model.slots.map { slot in
            (slot.firstCell..<slot.firstCell + slot.cellCount).filter(isPointer)
        }
    }

    /// The lowest slot that leaks, or nil.
    func leak(_ state: UnsafePointer<UInt64>) -> Int? {
        let live = model.slots.map { view.value($0.liveCell, state) != 0 }
        guard live.contains(true) else { return nil }
        var reached = [Bool](repeating: false, count: live.count)
        var work: [Int] = []
        func follow(_ cell: CellID) {
            let slot = slotOfCell[Int(view.value(cell, state))]
            guard slot >= 0, live[slot], !reached[slot] else { return }
            reached[slot] = true
            work.append(slot)
        }
        roots.forEach(follow)
        while let slot = work.popLast() { pointersOfSlot[slot].forEach(follow) }
        return live.indices.first { live[$0] && !reached[$0] }
    }
}
