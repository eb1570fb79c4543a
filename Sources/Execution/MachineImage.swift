import Program

/// A machine with the memory that it points to.
final class MachineImage {
    let machine: Machine
    let log: EventLog
    /// Where INIT begins; where each property does, and the place of its result.
    let initializationStart: Int
    let initializationFile: Int
    let initializationRegisters: Int
    let properties: [(start: Int, file: Int, result: Int)]
    /// By thread.
    let registerCounts: [Int]
    /// By class: index of its first step in `stepTaken`.
    let coverageStarts: [Int]
    private var owned: [UnsafeMutableRawPointer] = []

    init(model: Model, layout: StateLayout, options: ExecutionOptions, records: Bool) {
        let tables = MachineTables(model: model, layout: layout)
        let compilerOptions = CompilerOptions(
            records: records, disabled: Set(FailureKind.allCases).subtracting(options.checks),
            recordAccesses: options.recordAccesses && !records, mayRace: options.mayRace,
            tracksStalePointers: layout.tracksStalePointers)
        let bytecode = Self.compile(model, tables, compilerOptions)
        let log = EventLog(lockUses: bytecode.lockUses)
        self.log = log

        var coverageStarts: [Int] = []
        var stepTotal = 0
        for threadClass in model.classes {
            coverageStarts.append(stepTotal)
            stepTotal += threadClass.code.steps.count
        }
        self.coverageStarts = coverageStarts

        var objects: [Int] = []
        var classes: [ClassEntry] = []
        for threadClass in model.classes {
            classes.append(ClassEntry(threads: threadClass.threads, objects: objects.count))
            objects += threadClass.objects
        }
        var threadTables = ThreadTables()
        for thread in model.threads.indices {
            threadTables.add(
                thread, model, layout, tables, bytecode.units[thread],
                coverage: coverageStarts[model.threads[thread].threadClass])
        }
        var pointerRegisters: [Int] = []
        var pointerRanges: [Range<Int>] = []
        for unit in bytecode.units.prefix(model.threads.count + 1) {
            pointerRanges.append(pointerRegisters.count..<pointerRegisters.count + unit.pointerRegisters.count)
            pointerRegisters += unit.pointerRegisters
        }

        let initialization = bytecode.units[model.threads.count]
        initializationStart = initialization.start
        initializationFile = initialization.file
        initializationRegisters = initialization.registerCount
        properties = model.properties.indices.map {
            let unit = bytecode.units[model.threads.count + 1 + $0]
            return (unit.start, unit.file, model.properties[$0].result)
        }
        registerCounts = model.threads.indices.map { bytecode.units[$0].registerCount }

        var owned: [UnsafeMutableRawPointer] = []
        func own<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
            let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
            pointer.initialize(from: elements, count: elements.count)
            owned.append(pointer)
            return pointer
        }
        func flags(_ count: Int) -> UnsafeMutablePointer<UInt8> { own([UInt8](repeating: 0, count: max(1, count))) }
        machine = Machine(
            ops: own(bytecode.ops), remarks: own(bytecode.remarks), cells: own(tables.cells),
            pointers: own(tables.pointers), indices: own(tables.indices), storages: own(tables.storages),
            slots: own(tables.slots), slotNumbers: own(tables.slotNumbers), pools: own(tables.pools),
            zeros: own(tables.zeros), tests: own(tables.tests), testCells: own(tables.testCells),
            domains: own(tables.domains), readers: own(tables.readers), masks: own(tables.masks),
            domainOfCell: own(tables.domainOfCell), lockOfCell: own(tables.lockOfCell), holds: own(tables.holds),
            objects: own(objects), threads: own(threadTables.threads), steps: own(threadTables.steps),
            locals: own(threadTables.locals), localMasks: own(threadTables.localMasks), classes: own(classes),
            labelPoints: own(bytecode.labelPoints), pointerRegisters: own(pointerRegisters),
            pointerRanges: own(pointerRanges), failureKinds: own(model.failures.map { $0.kind }),
            file: own(bytecode.file), scratch: own([Scratch()]), covered: flags(model.coverage.count),
            stepTaken: flags(stepTotal), stepWaited: flags(stepTotal), exhausted: flags(model.pools.count),
            onlyOneSlot: flags(model.pools.count), wordCount: layout.wordCount, threadCount: model.threads.count,
            lockCount: model.locks.count, slotCount: model.slots.count, cellCount: model.cells.count,
            rcuDomain: model.rcuDomain ?? -1,
            enabled: options.checks.union([.modelError]).reduce(0) { $0 | 1 << UInt64($1.rawValue) },
            tracksStalePointers: layout.tracksStalePointers, log: Unmanaged.passUnretained(log))
        self.owned = owned
    }

    deinit {
        machine.scratch.pointee.deallocate()
        for pointer in owned { pointer.deallocate() }
    }

    static func compile(_ model: Model, _ tables: MachineTables, _ options: CompilerOptions) -> Bytecode {
        var bytecode = Bytecode()
        func add(_ code: Code, thread: Int, threadClass: Int?) {
            var compiler = BytecodeCompiler(
                model: model, tables: tables, options: options, code: code, thread: thread, threadClass: threadClass,
                output: bytecode)
            bytecode = Bytecode()
            compiler.compile()
            bytecode = compiler.output
        }
        for (thread, info) in model.threads.enumerated() {
            add(model.classes[info.threadClass].code, thread: thread, threadClass: info.threadClass)
        }
        add(model.initialization, thread: model.threads.count, threadClass: nil)
        for property in model.properties { add(property.code, thread: model.threads.count, threadClass: nil) }
        return bytecode
    }
}

/// Where each thread's program point, locals and steps are.
private struct ThreadTables {
    var threads: [ThreadEntry] = []
    var steps: [StepEntry] = []
    var locals: [LocalEntry] = []
    var localMasks: [BitSetting] = []

    mutating func add(
        _ thread: Int, _ model: Model, _ layout: StateLayout, _ tables: MachineTables, _ unit: CodeUnit, coverage: Int
    ) {
        let info = model.threads[thread]
        let point = tables.cells[info.programPointCell].field
        precondition(
            point.low == 0 && point.span >= UInt64(unit.steps.count) && !point.isPointer,
            "a program point counts from 0 to the number of steps")
        let firstMask = localMasks.count
        for (word, mask) in layout.localMasks[thread] {
            localMasks.append(BitSetting(word: word, keep: ~mask, value: 0))
        }
        threads.append(
            ThreadEntry(
                point: point, threadClass: info.threadClass, steps: steps.count,
                localMasks: firstMask..<localMasks.count, file: unit.file, start: unit.start,
                callbackMask: info.callbackMaskCell, firstStep: unit.firstStep,
                isHardware: model.classes[info.threadClass].kind == .hardware))
        for step in unit.steps.indices {
            let first = locals.count
            for (register, place) in layout.locals[thread][step] {
                locals.append(
                    LocalEntry(
                        register: register, field: tables.field(place, stale: layout.tracksStalePointers)))
            }
            steps.append(StepEntry(pc: unit.steps[step], locals: first..<locals.count, coverage: coverage + step))
        }
    }
}
