import Program

/// Reads single cells from packed states.
final class StateView: @unchecked Sendable {
    private struct Field {
        var word: Int
        var shift: UInt64
        var mask: UInt64
        var low: Int64
        /// Of a pointer: where its set begins in `pointers`, else -1.
        var pointers: Int
    }

    private let fields: UnsafeMutablePointer<Field>
    private let pointers: [Int64]

    init(model: Model, layout: StateLayout) {
        var pointers: [Int64] = []
        var firstOfSet: [Int] = []
        for set in model.pointerSets {
            firstOfSet.append(pointers.count)
            pointers.append(0)
            pointers += set.map(Int64.init)
        }
        fields = .allocate(capacity: max(1, layout.cells.count))
        for (cell, field) in layout.cells.enumerated() {
            // The mark of a stale pointer is its highest bit.
            let isMarked = field.pointerSet >= 0 && layout.tracksStalePointers && field.width > 0
            let width = isMarked ? field.width - 1 : field.width
            (fields + cell).initialize(
                to: Field(
                    word: field.word, shift: UInt64(field.shift),
                    mask: width == 0 ? 0 : ~0 >> UInt64(64 - width), low: field.pointerSet >= 0 ? 0 : field.low,
                    pointers: field.pointerSet >= 0 ? firstOfSet[field.pointerSet] : -1))
        }
        self.pointers = pointers
    }

    deinit { fields.deallocate() }

    /// The value of a cell; of a pointer, the cell that it names.
    @inline(__always)
    func value(_ cell: CellID, _ state: UnsafePointer<UInt64>) -> Int64 {
        let field = fields + cell
        let raw = state[field.pointee.word] >> field.pointee.shift & field.pointee.mask
        if field.pointee.pointers >= 0 { return pointers[field.pointee.pointers + Int(raw)] }
        return field.pointee.low &+ Int64(truncatingIfNeeded: raw)
    }
}
