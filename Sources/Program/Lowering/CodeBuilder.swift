import Syntax

/// Makes the code of one THREAD, callback, INIT or property, all functions inlined.
///
/// Statements, expressions and primitives append instructions through it; it knows where steps begin, what may be
/// done where (a proof changes nothing), and which names are in scope.
final class CodeBuilder {
    enum Kind {
        /// A callback runs after a grace period, an interrupt is any handler: of INTERRUPT, of an IPI with code.
        case thread, callback, interrupt, initialization, property
        /// The TLB_WALK of a CPU.
        case hardware
    }

    /// What the code at hand may do.
    enum Mode {
        /// Code of the model: shared accesses are steps.
        case program
        /// A ghost, an ASSERT, a property: reads everything, changes nothing, takes no step.
        case proof
        /// The condition of a `wait_until`: reads within one step.
        case condition
    }

    enum Binding {
        case place(Place)
        /// A parameter that was given `&local`.
        case alias(Place)
        /// A parameter that is never changed and was given a constant.
        case value(Value)
    }

    struct Frame {
        var name: String
        var returnLabel: Int
        var resultType: Type
        var resultRegisters: [Register]
        /// Beside each label the ATOMIC blocks around it.
        var labels: [String: (label: Int, atomics: [Int], isPlaced: Bool, range: SourceRange)] = [:]
        var pendingGotos: [(name: Name, atomics: [Int])] = []
        var scopeBase: Int
    }

    let model: ModelBuilder
    let className: String
    let kind: Kind
    var code = Code()
    var mode = Mode.program
    var scopes: [[String: Binding]] = [[:]]
    var frames: [Frame] = []
    var callSites: [SourceRange] = []
    /// Label number to instruction index.
    var labelTargets: [Int] = []
    var breakLabels: [Int] = []
    var continueLabels: [Int] = []
    /// Of each switch around: where its cases are.
    var caseLabels: [[ObjectIdentifier: Int]] = []
    /// The ATOMIC blocks around, by number; empty outside.
    var atomics: [Int] = []
    var atomicTotal = 0
    /// Whether a primitive may still wait in the ATOMIC at hand: in its first statement.
    var mayWaitInAtomic = false
    /// `VAL` of smp_cond_load_*().
    var conditionValue: Value?
    /// Instructions that turned out to need something of memory; kept only if they can be reached.
    var needNotes: [(instruction: Int, need: (inout Needs) -> Void)] = []
    var needs = Needs()
    /// Temporaries that the last instruction has just defined, which a move may rename.
    var freshTemporary: Register?
    /// In a TLB_WALK: set when an entry has changed.
    var hasFilled: Register?
    /// Its `cpu`.
    var walkCPU: Register?
    /// Where each label of the program's own leads.
    var programLabels: [String: Int] = [:]
    /// Statements and expressions around the one at hand, those of the callers included.
    var depth = 0
    /// What a property must have assigned when it ends.
    var propertyResult: Register?
    /// Registers below this were there before the proof or condition at hand, and may not be changed by it.
    var modeRegisterBase = 0
    /// The code is a function that an IPI runs.
    var isCalled = false
    /// Where the step at hand begins, and who had the CPU then; of threads that share one.
    var stepLabel = -1
    var keeperAtStep: Operand = .constant(0)
    /// While a primitive goes through all threads that a lock knows of, in code that does the same for each.
    private var isForEachThread = false
    /// While the argument of a lock's function is looked at: its value should be an address.
    var readsLockArgument = false

    init(_ model: ModelBuilder, className: String, kind: Kind) {
        self.model = model
        self.className = className
        self.kind = kind
        if kind == .initialization { atomics = [0] }
        if kind == .property { mode = .proof }
    }

    // MARK: Emitting

    func emit(_ operation: Operation, _ range: SourceRange) {
        freshTemporary = nil
        guard model.instructionTotal < ModelBuilder.instructionsMax else {
            reportTooLarge(range)
            return
        }
        model.instructionTotal += 1
        code.instructions.append(Instruction(operation, range, isForEachThread: isForEachThread))
    }

    /// Emits what does the same for each of those threads, one after the other, so that it matters not which is which.
    /// What comes of it must not depend on their order either: a sum, an or, a mask over threads.
    func forEachThread<R>(_ body: () -> R) -> R {
        let outer = isForEachThread
        isForEachThread = true
        defer { isForEachThread = outer }
        return body()
    }

    func reportTooLarge(_ range: SourceRange) {
        if !model.isTooLarge { report(.modelTooLarge(range, ModelBuilder.instructionsMax)) }
        model.isTooLarge = true
    }

    func report(_ diagnostic: Diagnostic) { model.diagnostics.add(diagnostic) }

    /// Begins a step, unless an ATOMIC, INIT or a proof is around, where there is none.
    func beginStep(
        _ kind: Step.Kind, _ range: SourceRange, ordering: Ordering = .relaxed, text: String? = nil
    ) {
        guard mode == .program, atomics.isEmpty else { return }
        code.steps.append(
            Step(
                kind: kind, text: text ?? folded(range), function: frames.last?.name ?? className, range: range,
                callSites: callSites, ordering: ordering))
        emit(.step(code.steps.count - 1), range)
        waitForCPU(range)
    }

    /// The value that the step at hand shows as its result.
    func showResult(_ operand: Operand) {
        guard mode == .program, atomics.isEmpty, case .register(let register) = operand, !code.steps.isEmpty else { return }
        code.steps[code.steps.count - 1].result = register
    }

    /// What the choice of the step at hand comes to, for its result.
    func nameChoices(_ names: [Int64: String]) {
        guard mode == .program, atomics.isEmpty, !code.steps.isEmpty else { return }
        code.steps[code.steps.count - 1].choiceNames = names
    }

    /// The text of a range with white space folded and comments left out.
    func folded(_ range: SourceRange) -> String {
        model.source.tree.texts.text(of: range).split(whereSeparator: { $0.isWhitespace }).joined(separator: " ")
    }

    func newLabel() -> Int {
        labelTargets.append(-1)
        return labelTargets.count - 1
    }

    func place(_ label: Int) {
        labelTargets[label] = code.instructions.count
        freshTemporary = nil
    }

    /// Jumps name labels until the code is finished.
    func jump(_ label: Int, _ range: SourceRange) { emit(.jump(label), range) }

    func branch(_ condition: Operand, _ yes: Int, _ no: Int, _ range: SourceRange) {
        if case .constant(let value) = condition {
            jump(value != 0 ? yes : no, range)
        } else {
            emit(.branch(condition, yes, no), range)
        }
    }

    /// A branch that falls through when the condition holds.
    func unless(_ condition: Operand, goto label: Int, _ range: SourceRange) {
        let next = newLabel()
        branch(condition, next, label, range)
        place(next)
    }

    func failure(_ kind: FailureKind, name: String = "", _ message: String, _ range: SourceRange) -> Int {
        model.model.failures.append(Failure(kind: kind, name: name, message: message, range: range))
        return model.model.failures.count - 1
    }

    /// Fails the run unless the operand is nonzero.
    func check(
        _ condition: Operand, _ kind: FailureKind, name: String = "", _ message: String, _ range: SourceRange
    ) {
        if case .constant(let value) = condition, value != 0 { return }
        emit(.check(condition, failure: failure(kind, name: name, message, range)), range)
    }

    /// Waits within the step at hand until the operand is nonzero.
    func blockUnless(_ condition: Operand, _ wait: Wait, _ style: WaitStyle, _ range: SourceRange) {
        if kind == .initialization || (!atomics.isEmpty && !mayWaitInAtomic) {
            check(
                condition, .modelError, name: "L0480",
                kind == .initialization ? "INIT would have to wait here" : "ATOMIC would have to wait after its first statement",
                range)
            return
        }
        awaitOnCPU(condition, wait, style, range)
    }

    /// Notes what reachable code needs of memory.
    func note(_ need: @escaping (inout Needs) -> Void) { needNotes.append((code.instructions.count, need)) }

    func needContext(_ field: ContextField) {
        let name = className
        note { $0.context.insert(.init(field: field, threadClass: name)) }
    }

    func needLock(_ type: BuiltinType, _ role: LockNeed.Role, key: String?) {
        let name = className
        note { $0.locks.insert(LockNeed(type: type, role: role, threadClass: name, key: key)) }
    }

    // MARK: Registers

    func newRegister(_ type: Type, name: String? = nil, range: SourceRange = .none, bits: Int? = nil, isGhost: Bool = false) -> Register {
        let title = "\(className): \(name ?? "temporary \(code.registers.count)")"
        let kind: Storage.Kind
        if case .integer(let integer) = type, bits == nil, integer.narrow == nil, !integer.isBool {
            kind = .inferred(low: 0, high: 0)
        } else {
            kind = model.memory.storageKind(type, bits: bits, key: title)
        }
        model.memory.storages.append(
            Storage(name: title, kind: kind, valueNames: model.memory.valueNames(type)))
        code.registers.append(
            RegisterInfo(name: name, range: range, storage: model.memory.storages.count - 1, isGhost: isGhost))
        return code.registers.count - 1
    }

    func temporary(_ type: Type = .int) -> Register { newRegister(type) }

    /// A temporary for a C number whose range inference will find out.
    func number() -> Register { newRegister(.int) }

    /// Emits an instruction that defines a fresh temporary, and gives the temporary.
    func define(_ type: Type, _ range: SourceRange, _ operation: (Register) -> Operation) -> Operand {
        let register = newRegister(type)
        emit(operation(register), range)
        freshTemporary = register
        return .register(register)
    }

    func binary(_ operation: BinaryOperation, _ a: Operand, _ b: Operand, _ range: SourceRange) -> Operand {
        if case .constant(let x) = a, case .constant(let y) = b, let value = Folding.apply(operation, x, y) {
            return .constant(value)
        }
        return define(.int, range) { .binary(operation, $0, a, b) }
    }

    func isZero(_ a: Operand, _ range: SourceRange) -> Operand {
        if case .constant(let value) = a { return .constant(value == 0 ? 1 : 0) }
        return define(.int, range) { .unary(.isZero, $0, a) }
    }

    /// Puts a value into a register, renaming a temporary that was only made for it.
    func move(_ value: Operand, to register: Register, _ range: SourceRange) {
        if case .register(let source) = value, source == freshTemporary, let last = code.instructions.last,
            let renamed = Folding.retarget(last.operation, from: source, to: register)
        {
            code.instructions[code.instructions.count - 1].operation = renamed
            if let step = code.steps.indices.last, code.steps[step].result == source { code.steps[step].result = register }
            freshTemporary = nil
            return
        }
        if case .register(let source) = value, source == register { return }
        emit(.move(register, value), range)
    }

    // MARK: Scopes

    func withScope<T>(_ body: () -> T) -> T {
        scopes.append([:])
        defer { scopes.removeLast() }
        return body()
    }

    /// Innermost first, down to the function's own scope; a function does not see its caller's variables.
    func lookUp(_ name: String) -> Binding? {
        let base = frames.last?.scopeBase ?? 0
        for scope in scopes[base...].reversed() {
            if let binding = scope[name] { return binding }
        }
        return nil
    }

    /// Marks where control comes to, for the report of what was not reached.
    func cover(_ kind: CoverageItem.Kind, _ range: SourceRange) {
        guard mode == .program, self.kind != .property, range.file >= 0 else { return }
        let number: Int
        switch kind {
        case .statement: number = 0
        case .branch(let isTrue): number = isTrue ? 1 : 2
        }
        let key = ModelBuilder.CoverageKey(range: range, kind: number)
        let index = model.coverageIndex[key] ?? model.model.coverage.count
        if index == model.model.coverage.count {
            model.coverageIndex[key] = index
            model.model.coverage.append(CoverageItem(kind: kind, range: range))
        }
        emit(.cover(index), range)
    }
}
