import Syntax

extension ModelBuilder {
    /// Threads with their own cells: program point, depths, masks; then the grace-period domains over them.
    func layOutContexts() {
        addThreads()
        addWalkThreads()
        addCPUCells()
        addContextCells()
        for thread in model.threads.indices {
            model.threads[thread].taskStateCell = contextCells[.taskState]![thread]
            model.threads[thread].waitQueueCell = contextCells[.waitQueue]![thread]
        }
        addDomains()
    }

    private func addThreads() {
        model.threads = []
        for (declaration, count) in threadDeclarations where count > 0 {
            let threads = memory.threadsOfClass[declaration.name.text] ?? 0..<0
            for index in 0..<threads.count {
                let name = count == 1 ? declaration.name.text : "\(declaration.name.text)[\(index)]"
                let cpu = placement.cpu(ofThread: threads.lowerBound + index)
                addThread(name, declaration.name.text, index: index, cpu: cpu, isCallback: false)
            }
        }
        for callback in needs.callbacks {
            let name = callbackName(callback)
            let objects = objectAddresses(of: callback.object)
            callbackObjects[callback] = objects
            let threads = memory.threadsOfClass[name] ?? 0..<0
            for (index, object) in objects.prefix(threads.count).enumerated() {
                let target = objectName(object, callback.object)
                let function =
                    switch callback.function {
                    case .named(let called): called
                    case .free: "kfree_rcu"
                    }
                addThread("\(function)(\(target))", name, index: index, cpu: 0, isCallback: true)
            }
        }
        addCallThreads()
    }

    func addWalkThreads() {
        for declaration in source.tree.declarations {
            guard case .tlbWalk(let name, _) = declaration.kind else { continue }
            let threads = memory.threadsOfClass[walkName(name.text)] ?? 0..<0
            for (index, cpu) in (walkCPUs[name.text] ?? []).prefix(threads.count).enumerated() {
                let of = tlbs.count > 1 ? " (\(name.text))" : ""
                addThread("MMU of CPU \(cpu)\(of)", walkName(name.text), index: index, cpu: cpu, isCallback: false)
            }
        }
    }

    private func objectName(_ address: CellID, _ type: Type) -> String {
        memory.structNames[type]?[address] ?? memory.cells[address].name
    }

    private func objectAddresses(of type: Type) -> [CellID] {
        (memory.targets[types.pointerKey(type)] ?? []).sorted()
    }

    func addThread(_ name: String, _ className: String, index: Int, cpu: Int, isCallback: Bool) {
        let number = model.threads.count
        let storage = memory.storage("\(className): point", .fixed(low: 0, high: 1, overflowName: nil))
        let point = memory.addCell(
            Cell(name: "\(name): point", storage: storage, role: .programPoint(thread: number)))
        var mask = 0
        if isCallback {
            mask = memory.addCell(
                Cell(
                    name: "\(name): grace period waits for",
                    storage: memory.storage("\(className): mask", .fixed(low: 0, high: 0, overflowName: nil)),
                    role: .context(thread: number)))
        }
        model.threads.append(
            ModelThread(
                threadClass: 0, index: index, name: name, cpu: cpu, programPointCell: point, callbackMaskCell: mask))
    }

    /// Sets the class of each thread, once classes have their numbers.
    func numberClasses() {
        for (index, threadClass) in model.classes.enumerated() {
            for thread in threadClass.threads where thread < model.threads.count {
                model.threads[thread].threadClass = index
            }
        }
    }

    private func addContextCells() {
        for field in ContextField.allCases {
            contextCells[field] = [CellID](repeating: 0, count: model.threads.count)
        }
        for (name, threads) in memory.threadsOfClass.sorted(by: { $0.value.lowerBound < $1.value.lowerBound }) {
            for field in ContextField.allCases
            where needs.context.contains(Needs.ContextNeed(field: field, threadClass: name)) {
                let kind: Storage.Kind =
                    switch field {
                    case .interruptsOff, .callbackRunning, .handlerRunning, .rcuWait, .ipiWait, .barrierWait, .exclusiveWait:
                        .fixed(low: 0, high: 1, overflowName: nil)
                    case .taskState: .fixed(low: 0, high: 2, overflowName: nil)
                    case .waitQueue: .pointer(set: memory.pointerSet(.builtin(.waitQueue)))
                    default: .inferred(low: 0, high: 1)
                    }
                for thread in threads where thread < model.threads.count {
                    contextCells[field]![thread] = memory.addCell(
                        Cell(
                            name: "\(model.threads[thread].name): \(field.title)",
                            storage: memory.storage("\(name): \(field.title)", kind),
                            role: .context(thread: thread)))
                }
            }
        }
    }

    // MARK: Domains

    private func addDomains() {
        if needs.waitsForRCU { addRCU() }
        if needs.waitsForIPI {
            let readers = model.threads.indices.compactMap { thread -> GraceDomain.Reader? in
                let cells = [contextCells[.interruptsOff]![thread], contextCells[.handlerRunning]![thread]]
                    .filter { $0 != 0 }
                return cells.isEmpty ? nil : .init(thread: thread, cells: cells)
            }
            ipiDomainCell = addDomain("IPI", readers, contextCells[.ipiWait]!.filter { $0 != 0 })
        }
        if needs.waitsForCallbacks {
            let readers = model.threads.enumerated().filter { $0.element.callbackMaskCell != 0 }.map {
                GraceDomain.Reader(thread: $0.offset, cells: [$0.element.programPointCell])
            }
            callbackDomainCell = addDomain("callbacks", readers, contextCells[.barrierWait]!.filter { $0 != 0 })
        }
        for var domain in memory.srcuDomains {
            domain.masks += callbackMasks { $0.domain == domain.name }
            setMaskWidth(domain.masks, domain.readers.count)
            model.domains.append(domain)
        }
    }

    private func addRCU() {
        let fields: [ContextField] =
            settings.rcuFlavor == .consolidated
            ? [.rcu, .preemption, .spinlocks, .interruptsOff, .bottomHalves, .callbackRunning, .handlerRunning]
            : [.rcu]
        let readers = model.threads.indices.compactMap { thread -> GraceDomain.Reader? in
            let cells = fields.compactMap { contextCells[$0]![thread] }.filter { $0 != 0 }
            return cells.isEmpty ? nil : .init(thread: thread, cells: cells)
        }
        var masks = contextCells[.rcuWait]!.filter { $0 != 0 }
        masks += callbackMasks { $0.domain == nil }
        for index in model.slots.indices where model.pools[model.slots[index].pool].isTypesafe {
            let slot = model.slots[index]
            let pool = model.pools[slot.pool].name
            let cell = memory.addCell(
                Cell(
                    name: "\(pool)[\(slot.index)] (readers that may follow it)",
                    storage: memory.storage("\(pool) (quarantine)", .fixed(low: 0, high: 0, overflowName: nil)),
                    role: .quarantine))
            model.slots[index].quarantineCell = cell
            masks.append(cell)
        }
        rcuDomainCell = addDomain("RCU", readers, masks)
        model.rcuDomain = model.domains.count - 1
    }

    private func callbackMasks(_ belongs: (CallbackNeed) -> Bool) -> [CellID] {
        var masks: [CellID] = []
        for callback in needs.callbacks where belongs(callback) {
            for thread in memory.threadsOfClass[callbackName(callback)] ?? 0..<0 where thread < model.threads.count {
                masks.append(model.threads[thread].callbackMaskCell)
            }
        }
        return masks
    }

    private func addDomain(_ name: String, _ readers: [GraceDomain.Reader], _ masks: [CellID]) -> CellID {
        let anchor = memory.addCell(Cell(name: name, storage: 0, role: .synchronization))
        setMaskWidth(masks, readers.count)
        model.domains.append(GraceDomain(name: name, firstCell: anchor, readers: readers, masks: masks))
        return anchor
    }

    private func setMaskWidth(_ masks: [CellID], _ readers: Int) {
        for mask in masks {
            memory.storages[memory.cells[mask].storage].kind = .fixed(
                low: 0, high: readers == 0 ? 0 : (Int64(1) << Int64(readers)) - 1, overflowName: nil)
        }
    }

    // MARK: Constants of threads

    /// The operand that names a constant of the thread that runs.
    func perThread(_ table: ThreadTable) -> Operand {
        if table == .cpu { cpuQuestions += 1 }
        if let known = tableIndex[table] { return .perThread(known) }
        let count = model.threads.count
        var row = [Int64](repeating: 0, count: count + 1)
        for thread in 0..<count { row[thread] = constant(table, thread) }
        // INIT runs before all threads and leaves no lock held: it borrows the first one's number.
        row[count] = count > 0 ? row[0] : 1
        if case .context = table { row[count] = 0 }
        if case .owner = table { row[count] = 1 }
        tableIndex[table] = model.threadTables.count
        model.threadTables.append(row)
        model.threadRows.append(kind(of: table))
        return .perThread(model.threadTables.count - 1)
    }

    private func kind(of table: ThreadTable) -> ThreadRow {
        switch table {
        case .owner: .owner
        case .number: .number
        case .selfIndex: .instance
        case .cpu, .tlb, .cpuCell, .interruptCell, .earlierInterrupt, .earlierInterruptMask, .callArgument, .callPoint,
            .callNumber, .calledArgument:
            .cpu
        case .programPoint, .context, .callbackMask, .callbackObject: .address
        case .reader(let type): .place(among: memory.shapes.readers[type] ?? [])
        case .writer(let type): .place(among: memory.shapes.writers[type] ?? [])
        case .updater(let type): .place(among: memory.shapes.updaters[type] ?? [])
        }
    }

    private func constant(_ table: ThreadTable, _ thread: Int) -> Int64 {
        let info = model.threads[thread]
        func position(_ list: [Int]?) -> Int64 { Int64(list?.firstIndex(of: thread) ?? 0) }
        switch table {
        case .owner: return Int64(thread + 1)
        case .number: return Int64(thread)
        case .selfIndex: return Int64(info.index)
        case .cpu: return Int64(info.cpu)
        case .programPoint: return Int64(info.programPointCell)
        case .context(let field): return Int64(contextCells[field]![thread])
        case .reader(let type): return position(memory.shapes.readers[type])
        case .writer(let type): return position(memory.shapes.writers[type])
        case .updater(let type): return position(memory.shapes.updaters[type])
        case .tlb(let name):
            guard let tlb = tlbs[name], tlb.isUsed(cpu: info.cpu) else { return 0 }
            return Int64(tlb.address(cpu: info.cpu))
        case .callbackMask: return Int64(info.callbackMaskCell)
        case .cpuCell: return Int64(sharedCPU(ofThread: thread)?.keeperCell ?? 0)
        case .interruptCell: return Int64(sharedCPU(ofThread: thread)?.interruptCell ?? 0)
        case .earlierInterrupt: return earlierInterrupt(thread).map { Int64(model.threads[$0].programPointCell) } ?? 0
        case .earlierInterruptMask: return earlierInterrupt(thread).map { 1 << Int64($0) } ?? 0
        case .callArgument: return Int64(callArguments[thread] ?? 0)
        case .callPoint(let function, let cpu):
            return handler(function, cpu, sender: thread).map { Int64(model.threads[$0].programPointCell) } ?? 0
        case .callNumber(let function, let cpu): return handler(function, cpu, sender: thread).map(Int64.init) ?? 0
        case .calledArgument(let function, let cpu):
            return handler(function, cpu, sender: thread).flatMap { callArguments[$0].map(Int64.init) } ?? 0
        case .callbackObject:
            for (callback, objects) in callbackObjects {
                let threads = memory.threadsOfClass[callbackName(callback)] ?? 0..<0
                if threads.contains(thread) { return Int64(objects[thread - threads.lowerBound]) }
            }
            return 0
        }
    }
}
