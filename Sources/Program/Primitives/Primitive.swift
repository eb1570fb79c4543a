import Syntax

/// A call of one of the header's names.
struct CallSite {
    let name: Name
    let arguments: [Expression]
    let range: SourceRange
}

/// What a name of the header does to the code: one entry in the table of its family's file.
struct Primitive {
    enum Effect {
        /// Reads at most: may stand in a proof and in a condition.
        case pure
        /// Changes something, or is a step: code of the program only.
        case step
        /// Of proofs only: `live()`, `ended()`, `at()`.
        case proofOnly
        /// May stand anywhere: it looks after the mode by itself.
        case any

        func isAllowed(in mode: CodeBuilder.Mode) -> Bool {
            switch self {
            case .pure, .any, .proofOnly: true
            case .step: mode == .program
            }
        }
    }

    let arity: ClosedRange<Int>
    let effect: Effect
    let lower: (CodeBuilder, CallSite) -> Value

    init(_ arity: Int, _ effect: Effect = .step, _ lower: @escaping (CodeBuilder, CallSite) -> Value) {
        self.init(arity...arity, effect, lower)
    }

    init(
        _ arity: ClosedRange<Int>, _ effect: Effect = .step, _ lower: @escaping (CodeBuilder, CallSite) -> Value
    ) {
        self.arity = arity
        self.effect = effect
        self.lower = lower
    }
}

/// All names of the header that are called like functions. A new primitive is an entry in its family's table, and, if the
/// first header did not have it, in `LanguageNames.additions`.
enum PrimitiveTable {
    nonisolated(unsafe) static let all: [String: Primitive] = {
        var table: [String: Primitive] = [:]
        let families = [
            AccessPrimitives.table, AtomicPrimitives.table, BitPrimitives.table, BitSpinlockPrimitives.table,
            RefcountPrimitives.table, SpinlockPrimitives.table, ReaderWriterPrimitives.table, MutexPrimitives.table,
            SequencePrimitives.table, InterruptibleLockPrimitives.table, PerCPUPrimitives.table, ContextPrimitives.table,
            RCUPrimitives.table, SRCUPrimitives.table, InterruptWaitPrimitives.table,
            CompletionPrimitives.table, WaitQueuePrimitives.table, CallPrimitives.table, TLBPrimitives.table,
            ObjectPrimitives.table, ChoicePrimitives.table, ProofPrimitives.table,
        ]
        for family in families { table.merge(family) { first, _ in first } }
        for (alias, name) in LanguageNames.functionAliases { table[alias] = table[name] }
        return table
    }()
}

extension CodeBuilder {
    // MARK: Arguments

    /// What an argument that names a lock or counter came to: evaluated once, however many steps use it.
    typealias LockArgument = (address: Operand, isChecked: Bool, key: String?)

    /// The address of a lock or counter of the given type that an argument names, and the name it goes by.
    func lockArgument(_ expression: Expression, _ type: BuiltinType) -> LockArgument? {
        readsLockArgument = true
        let value = lower(expression)
        readsLockArgument = false
        guard case .pointer(.builtin(let actual)) = value.type, actual == type else {
            if !value.type.isError {
                report(.wrongLockType(expression.range, types.describe(value.type), type.rawValue))
            }
            return nil
        }
        return (value.operand, needsCheck(value), Self.key(of: expression))
    }

    /// Whether a pointer must be looked at before it is followed.
    func needsCheck(_ value: Value) -> Bool {
        if mode == .proof { return false }
        if case .constant(let address) = value.operand, address != 0 { return false }
        return true
    }

    /// The last name of `&mm->mmap_lock`; nil for a pointer that came from elsewhere.
    private static func key(of expression: Expression) -> String? {
        guard case .unary(.addressOf, let operand) = expression.kind else { return nil }
        var place = operand
        while case .index(let base, _) = place.kind { place = base }
        switch place.kind {
        case .identifier(let name): return name
        case .member(_, let name, _): return name.text
        default: return nil
        }
    }

    /// What the pointer argument of `xchg(p, …)` and the like points to.
    func pointeeArgument(_ expression: Expression) -> Place? { pointee(lower(expression), expression) }

    /// An argument converted to a type.
    func argument(_ expression: Expression, _ type: Type) -> Value? { convert(lower(expression), to: type, expression.range) }

    /// An argument of a call that evaluates others after it.
    func argument(_ site: CallSite, _ index: Int, _ type: Type) -> Value? {
        let expression = site.arguments[index]
        let value = kept(lower(expression), before: site.arguments[(index + 1)...], expression.range)
        return convert(value, to: type, expression.range)
    }

    // MARK: Hidden state

    /// Reads a cell that belongs to a lock or to the thread itself.
    func loadHidden(_ address: Operand, _ range: SourceRange) -> Operand {
        define(.int, range) { .load($0, address, mode == .proof ? .ghost : .hidden) }
    }

    func storeHidden(_ address: Operand, _ value: Operand, _ range: SourceRange) { emit(.store(address, value, .hidden), range) }

    /// `base + offset` where the offset depends on the thread: a reader's own cell of a lock.
    func cell(_ base: Operand, _ offset: Int, plus table: ThreadTable, _ range: SourceRange) -> Operand {
        let start = self.offset(base, by: offset, range)
        return define(.pointer(.void), range) { .fieldAddress($0, base: start, offset: model.perThread(table)) }
    }

    /// 1 shifted to the thread's place in a mask.
    func ownBit(_ table: ThreadTable, _ range: SourceRange) -> Operand {
        binary(.shiftLeft, .constant(1), model.perThread(table), range)
    }

    /// The thread mask of an owner cell's value: empty for 0.
    func ownerMask(_ owner: Operand, _ range: SourceRange) -> Operand {
        binary(.shiftRightUnsigned, binary(.shiftLeft, .constant(1), owner, range), .constant(1), range)
    }

    // MARK: Context

    /// Whether the class keeps the counter; INIT and proofs keep none.
    func hasContext(_ field: ContextField) -> Bool {
        kind != .initialization && kind != .property
            && model.needs.context.contains(.init(field: field, threadClass: className))
    }

    /// The code is that of a thread, not of INIT or of a proof.
    var isRunning: Bool { kind == .thread || kind == .callback || kind == .interrupt }

    func context(_ field: ContextField) -> Operand { model.perThread(.context(field)) }

    func setContext(_ field: ContextField, to value: Int64, _ range: SourceRange) {
        needContext(field)
        if hasContext(field) { storeHidden(context(field), .constant(value), range) }
    }

    /// Adds to a depth; below zero is UNBALANCED.
    func addContext(_ field: ContextField, _ change: Int64, _ message: String, _ range: SourceRange) {
        needContext(field)
        guard hasContext(field) else { return }
        let old = loadHidden(context(field), range)
        if change < 0 { check(binary(.notEqual, old, .constant(0), range), .unbalanced, message, range) }
        let new = binary(.add, old, .constant(change), range)
        storeHidden(context(field), new, range)
        guard field != .rcu else { return }
        if change > 0 { notePreemptionOff(range) } else { notePreemption(range) }
    }

    /// A call that may sleep is an error in atomic context, even where it would not wait.
    func checkMaySleep(_ name: String, _ range: SourceRange) {
        guard isRunning, mode == .program else { return }
        let className = className
        note { $0.sleepers.insert(className) }
        if kind == .callback {
            check(.constant(0), .sleepInAtomic, name: name, "\(name)() may sleep, and an RCU callback may not", range)
            return
        }
        if kind == .interrupt {
            check(.constant(0), .sleepInAtomic, name: name, "\(name)() may sleep, and an interrupt may not", range)
            return
        }
        let reasons: [(ContextField, String)] = [
            (.rcu, "inside rcu_read_lock()"), (.spinlocks, "with a spinlock held"),
            (.preemption, "with preemption off"), (.interruptsOff, "with interrupts off"),
            (.bottomHalves, "with bottom halves off"),
        ]
        for (field, reason) in reasons where hasContext(field) {
            let isFree = isZero(loadHidden(context(field), range), range)
            check(isFree, .sleepInAtomic, name: name, "\(name)() may sleep, and is called \(reason)", range)
        }
        if name != "schedule", name != "cond_resched" { checkIsRunning(name, range) }
    }

    /// Whether spinlocks held need counting: somebody asks whether the thread may sleep, or waits for it to preempt.
    var countsSpinlocks: Bool {
        kind != .initialization && kind != .property
            && (model.needs.sleepers.contains(className) || (sharesCPU && model.settings.preemption == .full)
                || (model.needs.waitsForRCU && model.settings.rcuFlavor == .consolidated))
    }

    func enterSpinlock(_ range: SourceRange) {
        guard countsSpinlocks else { return }
        addContext(.spinlocks, 1, "", range)
    }

    func leaveSpinlock(_ range: SourceRange) {
        guard countsSpinlocks else { return }
        addContext(.spinlocks, -1, "a spinlock is released that was not counted", range)
        quiesceRCU(range)
    }

    /// After a section ended that held off grace periods.
    func quiesceRCU(_ range: SourceRange) {
        guard isRunning, model.needs.waitsForRCU, model.rcuDomainCell != 0 else { return }
        emit(.quiesce(domain: .constant(Int64(model.rcuDomainCell))), range)
    }

    /// At the end of a thread: no lock held, no section open.
    func emitExitChecks(_ range: SourceRange) {
        emit(.checkNoLockHeld, range)
        checkLeftQueue(range)
        let sections: [(ContextField, String)] = [
            (.rcu, "rcu_read_lock() without rcu_read_unlock()"), (.preemption, "preempt_disable() without preempt_enable()"),
            (.interruptsOff, "interrupts left off"), (.bottomHalves, "local_bh_disable() without local_bh_enable()"),
        ]
        for (field, message) in sections where hasContext(field) {
            let isClosed = isZero(loadHidden(context(field), range), range)
            check(isClosed, .unbalanced, "the thread ends: \(message)", range)
        }
        guard model.needs.locks.contains(where: { $0.type == .srcu && $0.role == .reader && $0.threadClass == className })
        else { return }
        for domain in model.memory.srcuDomains {
            let depth = loadHidden(cell(.constant(Int64(domain.firstCell)), 1, plus: .reader(.srcu), range), range)
            check(isZero(depth, range), .unbalanced, "the thread ends: srcu_read_lock(&\(domain.name)) without srcu_read_unlock()", range)
        }
    }
}
