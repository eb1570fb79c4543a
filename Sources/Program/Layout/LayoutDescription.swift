/// What `lockwalk layout` prints: the bits of a state, by what they belong to.
public struct LayoutGroup: Sendable {
    public struct Field: Sendable {
        public var name: String
        public var bits: Int
        /// What the bits can say: `0...7`, `NULL or one of 2`.
        public var content: String
    }

    /// `globals`, `ptpages`, `walker[0]`.
    public var title: String
    public var bits: Int
    public var fields: [Field]
}

extension StateLayout {
    /// Globals, the objects of each pool, then each thread: its program point, its context, and the locals that are
    /// live at each step that has any. A thread's bits are those of its largest step.
    public func describe(model: Model) -> [LayoutGroup] {
        var globals: [CellID] = []
        var ofPool = [[CellID]](repeating: [], count: model.pools.count)
        var ofThread = [[CellID]](repeating: [], count: model.threads.count)
        var poolOfCell: [CellID: Int] = [:]
        for slot in model.slots {
            poolOfCell[slot.liveCell] = slot.pool
            if slot.quarantineCell != 0 { poolOfCell[slot.quarantineCell] = slot.pool }
        }
        for (cell, info) in model.cells.enumerated().dropFirst() {
            switch info.role {
            case .programPoint(let thread), .context(let thread):
                ofThread[thread].append(cell)
            default:
                if info.slot >= 0 {
                    ofPool[model.slots[info.slot].pool].append(cell)
                } else if let pool = poolOfCell[cell] {
                    ofPool[pool].append(cell)
                } else {
                    globals.append(cell)
                }
            }
        }
        var groups: [LayoutGroup] = []
        if !globals.isEmpty { groups.append(group("globals", globals, model)) }
        for (pool, cells) in ofPool.enumerated() { groups.append(group(model.pools[pool].name, cells, model)) }
        for (thread, cells) in ofThread.enumerated() {
            var threadGroup = group(model.threads[thread].name, cells, model)
            let code = model.classes[model.threads[thread].threadClass].code
            for (step, fields) in locals[thread].enumerated() {
                for (register, field) in fields {
                    let name = code.registers[register].name ?? "(operand)"
                    threadGroup.fields.append(
                        LayoutGroup.Field(
                            name: "\(name) at \(code.steps[step].text)", bits: field.width,
                            content: content(of: field, model)))
                }
            }
            threadGroup.bits += locals[thread].map { $0.reduce(0) { $0 + $1.field.width } }.max() ?? 0
            groups.append(threadGroup)
        }
        return groups
    }

    private func group(_ title: String, _ ids: [CellID], _ model: Model) -> LayoutGroup {
        let fields = ids.map {
            LayoutGroup.Field(name: model.cells[$0].name, bits: cells[$0].width, content: content(of: cells[$0], model))
        }
        return LayoutGroup(title: title, bits: fields.reduce(0) { $0 + $1.bits }, fields: fields)
    }

    private func content(of field: BitField, _ model: Model) -> String {
        if field.pointerSet < 0 { return field.width == 0 ? "\(field.low)" : "\(field.low)...\(field.high)" }
        let count = model.pointerSets[field.pointerSet].count
        return count == 0 ? "NULL" : "NULL or one of \(count)"
    }
}
