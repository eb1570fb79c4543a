/// What `lockwalk layout` prints: the bits of a state, by what they belong to.
public struct LayoutGroup: Sendable {
    public struct Field: Sendable {
        public var name: String
        public var bits: Int
        /// What the bits can say: `0...7`, `NULL or one of 2`.
        public var content: String
        /// Of a local: the lines of the steps before which it is kept, `lines 40-46`; else empty.
        public var live = ""
    }

    /// `globals`, `ptpages`, `walker[0]`.
    public var title: String
    public var bits: Int
    public var fields: [Field]
}

extension StateLayout {
    /// Globals, the objects of each pool, then each thread: its program point, its context, and its locals. A thread's bits
    /// are those of its largest step: locals that are not live together share them.
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
            for index in threadGroup.fields.indices where threadGroup.fields[index].name.hasPrefix(threadGroup.title + ": ") {
                threadGroup.fields[index].name.removeFirst(threadGroup.title.count + 2)
            }
            threadGroup.fields += localFields(thread, model)
            threadGroup.bits += locals[thread].map { $0.reduce(0) { $0 + $1.field.width } }.max() ?? 0
            groups.append(threadGroup)
        }
        return groups
    }

    /// One field for each local, by name, of the widest that it is anywhere, in the order of the text.
    private func localFields(_ thread: Int, _ model: Model) -> [LayoutGroup.Field] {
        struct Local {
            var field: BitField
            var lines: ClosedRange<Int>?
        }
        let code = model.classes[model.threads[thread].threadClass].code
        var found: [String: Local] = [:]
        var order: [String] = []
        for (step, fields) in locals[thread].enumerated() {
            let line = model.texts.place(of: code.steps[step].range)?.line
            for (register, field) in fields {
                let name = code.registers[register].name ?? "(operand)"
                var local = found[name] ?? Local(field: field)
                if found[name] == nil { order.append(name) }
                if field.width > local.field.width { local.field = field }
                if let line {
                    let known = local.lines ?? line...line
                    local.lines = min(known.lowerBound, line)...max(known.upperBound, line)
                }
                found[name] = local
            }
        }
        return order.map { name in
            let local = found[name]!
            let live = local.lines.map { $0.count == 1 ? "line \($0.lowerBound)" : "lines \($0.lowerBound)-\($0.upperBound)" }
            return LayoutGroup.Field(
                name: name, bits: local.field.width, content: content(of: local.field, model), live: live ?? "")
        }
    }

    private func group(_ title: String, _ ids: [CellID], _ model: Model) -> LayoutGroup {
        let fields = ids.map {
            LayoutGroup.Field(name: model.cells[$0].name, bits: cells[$0].width, content: content(of: cells[$0], model))
        }
        return LayoutGroup(title: title, bits: fields.reduce(0) { $0 + $1.bits }, fields: fields)
    }

    private func content(of field: BitField, _ model: Model) -> String {
        if field.width > 0, let names = model.storages.indices.contains(field.storage)
            ? model.storages[field.storage].valueNames : nil, let low = names[field.low], let high = names[field.high]
        {
            return field.high - field.low == 1 ? "\(low) or \(high)" : "\(low)...\(high)"
        }
        if field.pointerSet < 0 { return field.width == 0 ? "\(field.low)" : "\(field.low)...\(field.high)" }
        let count = model.pointerSets[field.pointerSet].count
        return count == 0 ? "NULL" : "NULL or one of \(count)"
    }
}
