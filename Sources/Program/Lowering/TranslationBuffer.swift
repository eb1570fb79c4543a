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

    /// A callback of RCU has no CPU.
    func isUsed(cpu: Int) -> Bool { (0..<64).contains(cpu) && usedCPUs >> UInt64(cpu) & 1 != 0 }

    func address(cpu: Int) -> CellID { firstCell + cpu * entries * stride }
}

extension ModelBuilder {
    /// The CPUs that have a thread, ascending.
    var presentCPUs: [Int] { Set(placement.cpus).sorted() }

    /// The CPUs on which it matters what the TLB holds.
    private func usingCPUs(_ tlb: String, _ threadsOfClass: [String: Range<Int>]) -> UInt64 {
        let everywhere = needs.writingWalks.contains(tlb)
        // One that walks through it is the hardware of any CPU.
        if needs.tlbUsers.contains(where: { $0.tlb == tlb && $0.threadClass.hasPrefix("TLB_WALK(") }) { return .max }
        var used: UInt64 = 0
        for (className, threads) in threadsOfClass {
            guard everywhere || needs.tlbUsers.contains(.init(tlb: tlb, threadClass: className)) else { continue }
            // Where a handler that is sent runs is not known yet.
            for thread in threads {
                used |= thread < placement.cpus.count ? 1 << UInt64(placement.cpu(ofThread: thread)) : .max
            }
        }
        return used
    }

    /// The CPUs whose hardware can be told from hardware that does nothing. A walk that may fail does so on one CPU as on
    /// another, unless it asks which it is.
    func walkingCPUs(_ tlb: String, _ threadsOfClass: [String: Range<Int>]) -> [Int] {
        let used = usingCPUs(tlb, threadsOfClass)
        if needs.everyCPUsWalks.contains(tlb) { return presentCPUs }
        let walking = presentCPUs.filter { used >> UInt64($0) & 1 != 0 }
        return walking.isEmpty && needs.failingWalks.contains(tlb) ? Array(presentCPUs.prefix(1)) : walking
    }

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
        guard !types.containsLock(type) else {
            diagnostics.add(.lockByValue(typeName.range))
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
        let used = usingCPUs(name.text, memory.threadsOfClass)
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

    private enum WalkEffect {
        case none, fails, writes
    }

    /// What an instruction of a walk may do beside filling the TLB.
    private static func walkEffect(_ operation: Operation, _ tlb: TranslationBuffer) -> WalkEffect {
        switch operation {
        case .step, .move, .unary, .binary, .convert, .fieldAddress, .jump, .branch, .end, .load, .live, .ended,
            .atLabel, .choose, .await, .fence, .cover, .refine:
            return .none
        case .store(_, _, let access): return access.isTranslation ? .none : .writes
        case .elementAddress(_, _, _, let count, let stride, let isGhost):
            // The entry that the walk is for is there.
            return isGhost || (count == tlb.entries && stride == tlb.stride) ? .none : .fails
        case .checkPlace, .check, .loadElement, .storeElement: return .fails
        default: return .writes
        }
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
            let (code, asksForCPU) = builder.lowerWalk(tlb, body)
            absorb(builder.needs)
            let effects = code.instructions.map { Self.walkEffect($0.operation, tlb) }
            if effects.contains(.fails) { found.failingWalks.insert(name.text) }
            if effects.contains(.writes) { found.writingWalks.insert(name.text) }
            if asksForCPU, effects.contains(.fails) { found.everyCPUsWalks.insert(name.text) }
            if memory.threadsOfClass[className]?.isEmpty != false { continue }
            classIndex[className] = model.classes.count
            model.classes.append(
                ThreadClass(
                    name: className, kind: .hardware, code: code, threads: memory.threadsOfClass[className] ?? 0..<0))
        }
    }
}
