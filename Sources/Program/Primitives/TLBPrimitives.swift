import Syntax

/// TLBs: what the hardware of a CPU remembers of the page tables, and how it is made to forget.
/// (Documentation/mm/mmu_notifier.rst and include/asm-generic/tlb.h tell the rules; arch/x86/mm/tlb.c and
/// kernel/smp.c the two kinds of flush.)
///
/// A fill is a step of the hardware: the whole of TLB_WALK, and it is taken only if some tlb_fill() of it changes an entry. An
/// entry that is there may be filled anew with another value, as hardware may drop an entry at any time and walk again; that
/// it may only drop one adds nothing, for an access need not be made. An access looks at the entry and is one step with its
/// use if both stand in one ATOMIC. A flush by IPI takes a step for each CPU, which has to have its interrupts on then; in
/// whatever order, the sender spins until all have answered. A broadcast flush is one step and asks nobody.
enum TLBPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "tlb_fill": Primitive(4) { $0.tlbFill($1) },
        "tlb_access": Primitive(3) { $0.tlbAccess($1) },
        "tlb_flush_local": Primitive(2) { $0.tlbFlushLocal($1) },
        "tlb_flush_ipi": Primitive(3) { $0.tlbFlushByInterrupt($1) },
        "tlb_flush_broadcast": Primitive(3) { $0.tlbFlushByBroadcast($1) },
    ]
}

extension CodeBuilder {
    // MARK: Arguments

    private func tlbArgument(_ site: CallSite) -> TranslationBuffer? {
        if case .identifier(let name) = site.arguments[0].kind, let tlb = model.tlbs[name] { return tlb }
        let name = folded(site.arguments[0].range)
        report(.notTLB(site.arguments[0].range, name, nearest(name, in: model.tlbs.keys.sorted())))
        return nil
    }

    /// A callback of RCU runs on any CPU, so on none that the model knows.
    private func hasCPU(_ site: CallSite) -> Bool {
        if kind != .callback { return true }
        report(.tlbInCallback(site.range, site.name.text))
        return false
    }

    /// Where the entries of a CPU begin.
    private func entries(_ tlb: TranslationBuffer, cpu: Operand, _ range: SourceRange) -> Operand {
        if case .constant(let cpu) = cpu, cpu >= 0, cpu < Int64(max(1, model.settings.cpuCount)) {
            return .constant(Int64(tlb.address(cpu: Int(cpu))))
        }
        return define(.pointer(.void), range) {
            .elementAddress(
                $0, base: .constant(Int64(tlb.firstCell)), index: cpu, count: max(1, model.settings.cpuCount),
                stride: tlb.entries * tlb.stride, isGhost: false)
        }
    }

    private func entry(_ tlb: TranslationBuffer, of base: Operand, _ index: Operand, _ range: SourceRange) -> Operand {
        if case .constant(let index) = index, index >= 0, index < Int64(tlb.entries) {
            return offset(base, by: Int(index) * tlb.stride, range)
        }
        return define(.pointer(.void), range) {
            .elementAddress($0, base: base, index: index, count: tlb.entries, stride: tlb.stride, isGhost: false)
        }
    }

    private func parts(_ tlb: TranslationBuffer) -> [(type: Type, offset: Int)] {
        leaves(tlb.type).enumerated().map { ($0.element.type, 1 + $0.offset) }
    }

    /// Whether somebody accesses the TLB on that CPU.
    private func isUsed(_ tlb: TranslationBuffer, cpu: Operand, _ range: SourceRange) -> Operand {
        binary(.hasBit, .constant(Int64(bitPattern: tlb.usedCPUs)), cpu, range)
    }

    // MARK: Filling

    /// Whether an expression is the `cpu` of the TLB_WALK at hand.
    private func namesOwnCPU(_ expression: Expression) -> Bool {
        guard let walkCPU, case .identifier(let name) = expression.kind, case .place(let place)? = lookUp(name),
            case .registers(walkCPU, 0, nil, _) = place.location
        else { return false }
        return true
    }

    func tlbFill(_ site: CallSite) -> Value {
        guard let tlb = tlbArgument(site) else { return .nothing }
        guard kind == .hardware || kind == .initialization else {
            report(.fillOutsideWalk(site.range))
            return .nothing
        }
        let range = site.range
        let done = newLabel(), differs = newLabel()
        // Of its own CPU the hardware knows the entries; there are none where nobody would look at them.
        let isOwn = namesOwnCPU(site.arguments[1])
        let cpu = isOwn ? Value(0) : argument(site, 1, .int)
        guard let cpu, let index = argument(site, 2, .int),
            let value = convert(lower(site.arguments[3]), to: tlb.type, site.arguments[3].range)
        else { return .nothing }
        let base = isOwn ? model.perThread(.tlb(tlb.name)) : entries(tlb, cpu: cpu.operand, range)
        unless(isOwn ? base : isUsed(tlb, cpu: cpu.operand, range), goto: done, range)
        let address = entry(tlb, of: base, index.operand, range)
        var same = loadHidden(address, range)
        for (part, (type, offset)) in zip(value.parts, parts(tlb)) {
            let cell = self.offset(address, by: offset, range)
            let old = define(type, range) { .load($0, cell, .hidden) }
            same = binary(.and, same, binary(.equal, old, part, range), range)
        }
        branch(same, done, differs, range)
        place(differs)
        emit(.store(address, .constant(1), .translation), range)
        for (part, (_, offset)) in zip(value.parts, parts(tlb)) {
            emit(.store(self.offset(address, by: offset, range), part, .translation), range)
        }
        if let hasFilled { emit(.move(hasFilled, .constant(1)), range) }
        place(done)
        return .nothing
    }

    // MARK: Accesses

    /// Looks the entry up on the own CPU: its value in the local, and whether it is there. Without it the local is zero.
    func tlbAccess(_ site: CallSite) -> Value {
        guard let tlb = tlbArgument(site), hasCPU(site), let index = argument(site, 1, .int),
            let local = localArgument(site.arguments[2])
        else { return .error }
        let range = site.range
        guard local.type == tlb.type else {
            report(.typeMismatch(site.arguments[2].range, types.describe(local.type), types.describe(tlb.type)))
            return .error
        }
        let use = Needs.TLBUse(tlb: tlb.name, threadClass: className)
        note { $0.tlbUsers.insert(use) }
        beginStep(.load, range)
        let result = newRegister(.bool)
        emit(.move(result, .constant(0)), range)
        let address = entry(tlb, of: model.perThread(.tlb(tlb.name)), index.operand, range)
        let hit = newLabel(), miss = newLabel(), done = newLabel()
        branch(loadHidden(address, range), hit, miss, range)
        place(hit)
        emit(.move(result, .constant(1)), range)
        var found: [Operand] = []
        for (type, offset) in parts(tlb) {
            let cell = self.offset(address, by: offset, range)
            found.append(define(type, range) { .load($0, cell, .translation) })
        }
        freshTemporary = nil
        write(local, Value(type: tlb.type, parts: found), range)
        jump(done, range)
        place(miss)
        write(local, Value(type: tlb.type, parts: parts(tlb).map { _ in .constant(0) }, range: 0...0), range)
        place(done)
        showResult(.register(result))
        return Value(type: .bool, parts: [.register(result)], range: 0...1)
    }

    // MARK: Flushing

    /// Takes an entry, or ALL_ENTRIES, out of the TLB of a CPU.
    private func invalidate(_ tlb: TranslationBuffer, cpu: Operand, _ index: Operand, _ range: SourceRange) {
        let done = newLabel()
        unless(isUsed(tlb, cpu: cpu, range), goto: done, range)
        let base = entries(tlb, cpu: cpu, range)
        let one = newLabel(), all = newLabel()
        branch(binary(.equal, index, .constant(-1), range), all, one, range)
        place(all)
        for number in 0..<tlb.entries { forget(tlb, entry(tlb, of: base, .constant(Int64(number)), range), range) }
        jump(done, range)
        place(one)
        if index != .constant(-1) { forget(tlb, entry(tlb, of: base, index, range), range) }
        place(done)
    }

    private func forget(_ tlb: TranslationBuffer, _ address: Operand, _ range: SourceRange) {
        for offset in 0..<tlb.stride {
            emit(.store(self.offset(address, by: offset, range), .constant(0), .translation), range)
        }
    }

    /// The entry that a flush is for, ALL_ENTRIES being -1.
    private func entryArgument(_ site: CallSite, _ tlb: TranslationBuffer) -> Operand? {
        guard let index = argument(site, 1, .int) else { return nil }
        if let constant = index.constant, constant < -1 || constant >= Int64(tlb.entries) {
            report(.indexOutOfRange(site.arguments[1].range, constant, tlb.entries))
            return nil
        }
        return index.operand
    }

    /// A mask of CPUs, ALL_CPUS being all that there are.
    private func cpusArgument(_ site: CallSite) -> Operand? {
        guard let mask = argument(site.arguments[2], .integer(IntegerType(bits: 64, isSigned: true))) else { return nil }
        let present = model.presentCPUs.reduce(Int64(0)) { $0 | 1 << Int64($1) }
        return binary(.and, mask.operand, .constant(present), site.range)
    }

    func tlbFlushLocal(_ site: CallSite) -> Value {
        guard let tlb = tlbArgument(site), hasCPU(site), let index = entryArgument(site, tlb) else { return .nothing }
        if kind == .initialization { return .nothing }
        beginStep(.other, site.range)
        invalidate(tlb, cpu: model.perThread(.cpu), index, site.range)
        return .nothing
    }

    func tlbFlushByBroadcast(_ site: CallSite) -> Value {
        guard let tlb = tlbArgument(site), let index = entryArgument(site, tlb), let cpus = cpusArgument(site)
        else { return .nothing }
        if kind == .initialization { return .nothing }
        let range = site.range
        beginStep(.other, range)
        for cpu in model.presentCPUs where tlb.isUsed(cpu: cpu) {
            let next = newLabel()
            unless(binary(.hasBit, cpus, .constant(Int64(cpu)), range), goto: next, range)
            invalidate(tlb, cpu: .constant(Int64(cpu)), index, range)
            place(next)
        }
        return .nothing
    }

    func tlbFlushByInterrupt(_ site: CallSite) -> Value {
        guard let tlb = tlbArgument(site), let index = entryArgument(site, tlb), let cpus = cpusArgument(site)
        else { return .nothing }
        if kind == .initialization { return .nothing }
        let range = site.range
        guard atomics.isEmpty else {
            check(
                .constant(0), .modelError, name: "L0480",
                "\(site.name.text)() waits for other CPUs, so it cannot stand in ATOMIC or TLB_WALK", range)
            return .nothing
        }
        // Handlers that run are told apart for those who wait for IPIs.
        note { $0.waitsForIPI = true }
        beginStep(.beginWait, range)
        checkMayWaitForCPUs(site)
        let left = newRegister(.int)
        let own = model.perThread(.cpu)
        let others = newLabel()
        unless(binary(.hasBit, cpus, own, range), goto: others, range)
        invalidate(tlb, cpu: own, index, range)
        place(others)
        emit(.binary(.andNot, left, cpus, binary(.shiftLeft, .constant(1), own, range)), range)
        beginWaiting(.spins, range)
        let done = newLabel(), again = newLabel()
        place(again)
        unless(.register(left), goto: done, range)
        beginStep(.endWait, range, text: "\(folded(range)): a CPU takes the IPI")
        let answering = newRegister(.int)
        let last = model.presentCPUs.last ?? 0
        emit(.choose(answering, low: .constant(0), high: .constant(Int64(last))), range)
        nameChoices(Dictionary(uniqueKeysWithValues: (0...last).map { (Int64($0), "CPU \($0)") }))
        waitForInterruptsOn(.register(answering), among: .register(left), range)
        invalidate(tlb, cpu: .register(answering), index, range)
        let bit = binary(.shiftLeft, .constant(1), .register(answering), range)
        emit(.binary(.andNot, left, .register(left), bit), range)
        jump(again, range)
        place(done)
        notePreemption(range)
        return .nothing
    }

    /// Goes on if the CPU is one of those in the mask and has its interrupts on; else waits for all of the mask that have
    /// not.
    private func waitForInterruptsOn(_ cpu: Operand, among mask: Operand, _ range: SourceRange) {
        var isOff: Operand = .constant(0), holders: Operand = .constant(0)
        for thread in model.model.threads.indices {
            for field in [ContextField.interruptsOff, .handlerRunning] where model.contextCells[field]![thread] != 0 {
                let off = loadHidden(.constant(Int64(model.contextCells[field]![thread])), range)
                let own = Int64(model.model.threads[thread].cpu)
                isOff = binary(.or, isOff, binary(.shiftLeft, off, .constant(own), range), range)
                let isAwaited = binary(.and, off, binary(.hasBit, mask, .constant(own), range), range)
                holders = binary(.or, holders, binary(.shiftLeft, isAwaited, .constant(Int64(thread)), range), range)
            }
        }
        let ready = binary(.andNot, mask, isOff, range)
        blockUnless(binary(.hasBit, ready, cpu, range), .holders(holders), .spins, range)
    }
}
