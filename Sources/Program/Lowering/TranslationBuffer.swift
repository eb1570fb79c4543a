import Syntax

/// A TLB of the model: on each CPU some entries, each a bit that says whether it is there, and a value.
struct TranslationBuffer {
    var name: String
    var type: Type
    var entries: Int
    /// Of the first entry of CPU 0; the CPUs follow one another.
    var firstCell: CellID
    /// Cells of one entry.
    var stride: Int
    /// The CPUs on which somebody accesses it. What the others remember nobody can tell, so they have no state.
    var usedCPUs: UInt64

    static let entriesMax = 16

    func isUsed(cpu: Int) -> Bool { usedCPUs >> UInt64(cpu) & 1 != 0 }

    func address(cpu: Int) -> CellID { firstCell + cpu * entries * stride }
}

extension ModelBuilder {
    /// The CPUs that have a thread, ascending.
    var presentCPUs: [Int] { Set(placement.cpus).sorted() }

    /// What the class of the hardware that fills a TLB is called.
    func walkName(_ tlb: String) -> String { "TLB_WALK(\(tlb))" }

    func addTLB(_ typeName: TypeName, _ name: Name, _ entries: Expression) {
        checkName(name)
        let type = types.resolve(typeName, &diagnostics)
        memory.types = types
        guard !type.isError, let count = types.evaluate(entries, &diagnostics) else { return }
        guard types.isComplete(type), type != .void else {
            diagnostics.add(.incompleteType(types.describe(type), typeName.range))
            return
        }
        guard tlbs[name.text] == nil, globals[name.text] == nil, functions[name.text] == nil, pools[name.text] == nil,
            types.constants[name.text] == nil
        else {
            diagnostics.add(.redefined(name.text, name.range))
            return
        }
        guard count >= 1, count <= Int64(TranslationBuffer.entriesMax) else {
            diagnostics.add(.badEntryCount(entries.range, count, TranslationBuffer.entriesMax))
            return
        }
        var used: UInt64 = 0
        let walksWrite = needs.writingWalks.contains(name.text)
        for (className, threads) in memory.threadsOfClass {
            let isUser = needs.tlbUsers.contains(.init(tlb: name.text, threadClass: className))
            guard isUser || walksWrite else { continue }
            // Where a handler that is sent runs is not known yet.
            for thread in threads {
                used |= thread < placement.cpus.count ? 1 << UInt64(placement.cpu(ofThread: thread)) : .max
            }
        }
        let stride = 1 + memory.cellCount(type)
        guard hasRoom(for: .array(.int, stride * Int(count) * max(1, settings.cpuCount)), name.range) else { return }
        let tlb = TranslationBuffer(
            name: name.text, type: type, entries: Int(count), firstCell: memory.cells.count, stride: stride,
            usedCPUs: used)
        // No pointer of the model can lead there.
        let known = (memory.targets, memory.structNames)
        for cpu in 0..<max(1, settings.cpuCount) {
            for entry in 0..<Int(count) { addEntry(tlb, cpu, entry) }
        }
        (memory.targets, memory.structNames) = known
        tlbs[name.text] = tlb
    }

    private func addEntry(_ tlb: TranslationBuffer, _ cpu: Int, _ entry: Int) {
        let name = tlb.entries == 1 ? "\(tlb.name) of CPU \(cpu)" : "\(tlb.name)[\(entry)] of CPU \(cpu)"
        let first = memory.cells.count
        guard tlb.isUsed(cpu: cpu) else {
            for _ in 0..<tlb.stride { _ = memory.addCell(Cell(name: name, storage: 0, role: .translation(cpu: cpu))) }
            return
        }
        _ = memory.addCell(
            Cell(
                name: "\(name) (valid)",
                storage: memory.storage("\(tlb.name) (valid)", .fixed(low: 0, high: 1, overflowName: nil)),
                role: .synchronization))
        memory.addCells(tlb.type, name: name, key: tlb.name, slot: -1, isGhost: false)
        for cell in (first + 1)..<memory.cells.count { memory.cells[cell].role = .translation(cpu: cpu) }
    }

    func lowerWalks() {
        for declaration in source.tree.declarations {
            guard case .tlbWalk(let name, let body) = declaration.kind else { continue }
            guard let tlb = tlbs[name.text] else {
                diagnostics.add(.notTLB(name.range, name.text, nearest(name.text, in: tlbs.keys.sorted())))
                continue
            }
            let className = walkName(name.text)
            guard !model.classes.contains(where: { $0.name == className }) else {
                diagnostics.add(.redefined(className, name.range))
                continue
            }
            let builder = CodeBuilder(self, className: className, kind: .hardware)
            let code = builder.lowerWalk(tlb, body)
            absorb(builder.needs)
            let writes = code.instructions.contains {
                if case .store(_, _, let access) = $0.operation { !access.isTranslation && !access.isGhost } else { false }
            }
            if writes { found.writingWalks.insert(name.text) }
            classIndex[className] = model.classes.count
            model.classes.append(
                ThreadClass(
                    name: className, kind: .hardware, code: code, threads: memory.threadsOfClass[className] ?? 0..<0))
        }
    }
}
