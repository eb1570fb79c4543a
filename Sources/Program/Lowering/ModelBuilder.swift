import Syntax

/// One pass of lowering: from the parsed declarations, under one choice of CONFIGs, to a `Model`.
///
/// `needs` is what the pass before found the code to ask of memory; what this pass finds is left in `found`.
final class ModelBuilder {
    let source: ModelSource
    let configuration: [String: Int64]
    let needs: Needs
    var found = Needs()
    var diagnostics: Diagnostics

    var types = TypeTable()
    var memory: MemoryBuilder
    var model = Model()
    var globals: [String: GlobalVariable] = [:]
    var functions: [String: Declaration.Function] = [:]
    /// Index into `model.pools`, and the type of the objects.
    var pools: [String: (index: Int, type: Type)] = [:]
    var settings = ModelSettings()
    var placement = Placement()
    /// By name.
    var tlbs: [String: TranslationBuffer] = [:]
    /// By TLB: the CPUs whose hardware walks.
    var walkCPUs: [String: [Int]] = [:]
    /// How often code has asked which CPU it runs on.
    var cpuQuestions = 0
    /// Thread classes by name: index into `model.classes`.
    var classIndex: [String: Int] = [:]
    var threadDeclarations: [(declaration: Declaration.Thread, count: Int)] = []
    var callbackObjects: [CallbackNeed: [CellID]] = [:]
    /// The thread that runs each IPI's function, and the cell of its argument.
    var calls: [Call: Int] = [:]
    var callArguments: [Int: CellID] = [:]
    var tableIndex: [ThreadTable: Int] = [:]
    var coverageIndex: [CoverageKey: Int] = [:]
    /// Where each static local lies, by the place of its declaration.
    var staticLocals: [SourceRange: GlobalVariable] = [:]
    /// First cell of the RCU domain, of the IPI wait, and of pending callbacks; 0 where the model has none.
    var rcuDomainCell = 0
    var ipiDomainCell = 0
    var callbackDomainCell = 0
    /// By field, by thread: its cell, 0 where it has none.
    var contextCells: [ContextField: [CellID]] = [:]
    var instructionTotal = 0
    /// The limit was reached and told: what was made so far is not worth a look.
    var isTooLarge = false
    /// The labels that `at()` names, to be looked for when all threads are lowered.
    var labelUses: [(thread: String, label: String, range: SourceRange)] = []

    /// All labels of each thread, those too that no run of this variant gets to.
    var labelsOfClass: [String: [String]] = [:]
    var inlinedCalls = 0

    static let instructionsMax = 16_000
    static let inlinedCallsMax = 8_000
    /// Bodies are lowered by recursion, into the functions that they call: what the stack of a thread holds for certain.
    static let depthMax = 1_000

    struct CoverageKey: Hashable {
        var range: SourceRange
        var kind: Int
    }

    init(source: ModelSource, configuration: [String: Int64], needs: Needs, diagnostics: Diagnostics) {
        self.source = source
        self.configuration = configuration
        self.needs = needs
        self.diagnostics = diagnostics
        memory = MemoryBuilder(
            types: types, needs: needs, shapes: LockShapes(), threadsOfClass: [:], threadCount: 0, widths: [:])
    }

    /// Runs the pass. The model is complete only if `diagnostics` has no error and `found` adds nothing to `needs`.
    func run() {
        model.texts = source.tree.texts
        model.name = source.tree.texts.files.first?.name ?? "model"
        model.configuration = source.describe(configuration)
        model.failures = []
        collectTypes()
        collectSettings()
        collectThreads()
        layOutMemory()
        layOutContexts()
        lowerAll()
        finish()
    }

    // MARK: Declarations

    /// Types, constants and names of the file, in the order of the text.
    private func collectTypes() {
        for declaration in source.tree.declarations {
            switch declaration.kind {
            case .type(let type):
                _ = types.resolve(type, &diagnostics)
            case .typedef(let name, let type):
                let resolved = types.resolve(type, &diagnostics)
                if types.typedefs[name.text] != nil || TypeTable.namedTypes[name.text] != nil {
                    diagnostics.add(.redefined(name.text, name.range))
                } else {
                    types.typedefs[name.text] = resolved
                }
            case .config(let type, let name, _):
                if let config = source.configs.first(where: { $0.name == name.text && $0.range == name.range }) {
                    types.constants[name.text] = configuration[name.text] ?? config.defaultValue
                    types.constantTypes[name.text] = types.resolve(type, &diagnostics)
                }
            case .variables(let variables):
                // `static struct mm { … } mm;` defines its struct for what follows; the variables come later.
                guard var type = variables.first?.type else { continue }
                type.arrayLengths = []
                _ = types.resolve(type, &diagnostics)
            case .function(let function):
                collect(function)
            default: break
            }
        }
    }

    private func collect(_ function: Declaration.Function) {
        checkName(function.name)
        if let known = functions[function.name.text], known.body != nil {
            if function.body != nil { diagnostics.add(.redefined(function.name.text, function.name.range)) }
            return
        }
        functions[function.name.text] = function
    }

    /// The header's names are reserved, but for those that came later.
    func checkName(_ name: Name) {
        if LanguageNames.additions.contains(name.text) { return }
        if PrimitiveTable.all[name.text] != nil || Words.reserved.contains(name.text) {
            diagnostics.add(.reservedName(name))
        }
    }

    private func collectSettings() {
        for declaration in source.tree.declarations {
            switch declaration.kind {
            case .setting(let name, let expression):
                var words = types
                if name.text == "PREEMPTION" { words.constants.merge(ModelSettings.Preemption.words) { $1 } }
                guard let value = words.evaluate(expression, &diagnostics) else { continue }
                settings.set(name, value, expression.range, &diagnostics)
            case .width(let path, let isStruct, let bits):
                guard let value = types.evaluate(bits, &diagnostics) else { continue }
                guard value >= 1, value <= 32 else {
                    diagnostics.add(.badWidth(bits.range))
                    continue
                }
                let key = (isStruct ? "struct " : "") + path.map(\.text).joined(separator: ".")
                settings.widths[key] = Int(value)
                settings.widthRanges[key] = declaration.range
            case .check(let name, let isOn):
                guard let kind = FailureKind(word: name.text) else {
                    diagnostics.add(
                        .unknownCheck(name, nearest(name.text, in: FailureKind.allCases.map(\.word))))
                    continue
                }
                if isOn { model.checksOn.insert(kind) } else { model.checksOff.insert(kind) }
            default: break
            }
        }
    }

    /// A thread that is announced and never comes would be missing from the model without a word.
    private func checkAnnouncedThreads() {
        var defined: Set<String> = []
        for declaration in source.tree.declarations {
            if case .thread(let thread) = declaration.kind { defined.insert(thread.name.text) }
        }
        for declaration in source.tree.declarations {
            if case .announcedThread(let name) = declaration.kind, defined.insert(name.text).inserted {
                diagnostics.add(.functionWithoutBody(name))
            }
        }
    }

    /// Numbers the threads: instances in the order of the text, then callbacks.
    private func collectThreads() {
        checkAnnouncedThreads()
        var total = 0
        var threadsOfClass: [String: Range<Int>] = [:]
        for declaration in source.tree.declarations {
            guard case .thread(let thread) = declaration.kind else { continue }
            checkName(thread.name)
            guard let count = types.evaluate(thread.count, &diagnostics) else { continue }
            guard count >= 0, count <= Int64(ModelSettings.threadsMax) else {
                diagnostics.add(.badThreadCount(thread.count.range, count, ModelSettings.threadsMax))
                // What names the thread below is fine.
                threadDeclarations.append((thread, 0))
                continue
            }
            if threadsOfClass[thread.name.text] != nil || functions[thread.name.text] != nil {
                diagnostics.add(.redefined(thread.name.text, thread.name.range))
                continue
            }
            threadDeclarations.append((thread, Int(count)))
            threadsOfClass[thread.name.text] = total..<(total + Int(count))
            total += Int(count)
        }
        if threadDeclarations.isEmpty, !diagnostics.hasErrors { diagnostics.add(.noThread()) }
        placeThreads(total, threadsOfClass)
        for callback in needs.callbacks {
            let count = objectCount(of: callback.object)
            threadsOfClass[callbackName(callback)] = total..<(total + count)
            total += count
        }
        numberCalls(&total, &threadsOfClass)
        for declaration in source.tree.declarations {
            guard case .tlbWalk(let name, _) = declaration.kind else { continue }
            walkCPUs[name.text] = walkingCPUs(name.text, threadsOfClass)
            let count = walkCPUs[name.text]!.count
            threadsOfClass[walkName(name.text)] = total..<(total + count)
            total += count
        }
        if total > ModelSettings.threadsMax {
            diagnostics.add(.tooManyThreads(total, ModelSettings.threadsMax))
            total = ModelSettings.threadsMax
            threadsOfClass = threadsOfClass.mapValues { $0.clamped(to: 0..<total) }
            calls = calls.filter { $0.value < total }
        }
        placement.findSharing(threadsOfClass)
        memory = MemoryBuilder(
            types: types, needs: needs, shapes: shapes(threadsOfClass), threadsOfClass: threadsOfClass,
            threadCount: total, widths: settings.widths)
    }

    func callbackName(_ callback: CallbackNeed) -> String {
        let domain = callback.domain.map { "srcu(\($0))" } ?? "rcu"
        switch callback.function {
        case .named(let name): return "\(domain):\(name)"
        case .free(let type): return "\(domain):kfree \(types.describe(type))"
        }
    }

    /// The objects that a callback of that type may be called for: slots, globals, and what lies inside of either.
    private func objectCount(of type: Type) -> Int {
        var count = 0
        for declaration in source.tree.declarations {
            var ignored = Diagnostics()
            switch declaration.kind {
            case .objects(let typeName, _, let number, _):
                let slots = Int(clamping: types.evaluate(number, &ignored) ?? 0)
                count += types.occurrences(of: type, in: types.resolve(typeName, &ignored)) * min(slots, 64)
            case .variables(let variables):
                for variable in variables { count += types.occurrences(of: type, in: types.resolve(variable, &ignored)) }
            case .perCPU(let typeName, _), .register(let typeName, _):
                count += types.occurrences(of: type, in: types.resolve(typeName, &ignored)) * max(1, settings.cpuCount)
            default: break
            }
        }
        return count
    }

    private func shapes(_ threadsOfClass: [String: Range<Int>]) -> LockShapes {
        var shapes = LockShapes()
        shapes.isFIFO = settings.lockPolicy == .fifo
        for need in needs.locks {
            let threads = threadsOfClass[need.threadClass] ?? 0..<0
            switch need.role {
            case .reader: shapes.readers[need.type, default: []] += Array(threads)
            case .writer: shapes.writers[need.type, default: []] += Array(threads)
            case .updater: shapes.updaters[need.type, default: []] += Array(threads)
            }
        }
        for type in BuiltinType.allCases {
            shapes.readers[type] = Set(shapes.readers[type] ?? []).sorted()
            shapes.writers[type] = Set(shapes.writers[type] ?? []).sorted()
            shapes.updaters[type] = Set(shapes.updaters[type] ?? []).sorted()
        }
        return shapes
    }

    static func classKind(_ role: Declaration.Thread.Role) -> ThreadClass.Kind {
        switch role {
        case .thread: .thread
        case .daemon: .daemon
        case .interrupt: .interrupt
        }
    }

    private func finish() {
        model.cells = memory.cells
        model.storages = memory.storages
        model.pointerSets = memory.pointerSets()
        model.pointerNames = memory.pointerNames()
        model.locks = memory.locks
        model.lockClasses = memory.lockClasses
        numberClasses()
        for threadClass in model.classes {
            for thread in threadClass.threads {
                let cell = model.threads[thread].programPointCell
                model.storages[model.cells[cell].storage].kind = .fixed(
                    low: 0, high: Int64(threadClass.code.steps.count), overflowName: nil)
            }
        }
        InitialRanges(model).apply(to: &model)
    }
}
