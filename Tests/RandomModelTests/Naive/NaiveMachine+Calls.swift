// The kernel's calls, as DESIGN section 2 tells them. Each gives a value, 0 where C has none.

extension NaiveMachine {
    /// Whether the thread is where it may not sleep. An SRCU read side is not.
    func isAtomicContext(_ thread: Int, _ state: NaiveState) -> Bool {
        let own = state.threads[thread]
        return own.readSections > 0 || own.preemptOff > 0 || own.irqsOff || holdsSpinlock(thread, state)
            || isInterrupt(thread)
    }

    func holdsSpinlock(_ thread: Int, _ state: NaiveState) -> Bool {
        state.cells.indices.contains { memory.kinds[$0] == .spinlock && state.cells[$0] == thread + 1 }
    }

    /// Whether a grace period that begins now waits for the thread.
    private func isReader(_ thread: Int, _ state: NaiveState) -> Bool {
        let own = state.threads[thread]
        if model.preemptOnly { return own.readSections > 0 }
        return own.readSections > 0 || own.preemptOff > 0 || own.irqsOff || holdsSpinlock(thread, state)
            || isRunningInterrupt(thread, state)
    }

    private func mask(_ isIn: (Int) -> Bool) -> Int {
        memory.threads.indices.reduce(0) { isIn($1) ? $0 | 1 << $1 : $0 }
    }

    /// Whoever waited for this thread to leave a section need not any more, once it is outside.
    func leaveSections(_ thread: Int, _ state: inout NaiveState) {
        guard thread < memory.threads.count else { return }
        let gone = ~(1 << thread)
        for other in memory.threads.indices {
            if !isReader(thread, state) { state.threads[other].waitsForRCU &= gone }
            if !keepsInterruptsOff(thread, state) { state.threads[other].waitsForIPI &= gone }
            if !state.sleepable.values.contains(where: { $0[thread] > 0 }) { state.threads[other].waitsForSRCU &= gone }
        }
        if !isReader(thread, state) {
            for slot in state.pending.indices { state.pending[slot] = state.pending[slot].map { $0 & gone } }
        }
    }

    /// A callback of kfree_rcu(): its grace period has ended, and the object goes. Nil if it has to wait.
    func callback(_ slot: Int, from state: NaiveState) -> Moves? {
        guard state.pending[slot] == 0 else { return nil }
        var after = state
        after.pending[slot] = nil
        if case .fails(let fault) = free(memory.slotCell[slot], &after) { return Moves(faults: [fault]) }
        return Moves(states: [after])
    }

    private func free(_ address: Int, _ state: inout NaiveState) -> Effect {
        if address == 0 { return .goesOn }
        guard let slot = memory.slot(of: address), state.live[slot] else { return .fails(.doubleFree) }
        let cells = address..<address + model.fields.count
        if cells.contains(where: { memory.isLock($0) && state.cells[$0] != 0 }) { return .fails(.freeOfLocked) }
        for cell in cells { state.cells[cell] = 0 }
        state.live[slot] = false
        return .goesOn
    }

    /// What an alloc() that gave this address did.
    func chosen(_ expression: Expression, _ value: Int, _ state: inout NaiveState) {
        guard case .call(.alloc, _) = expression.kind, value != 0 else { return }
        state.live[memory.slot(of: value)!] = true
    }

    func call(_ expression: Expression, _ thread: Int, _ state: inout NaiveState) -> Effect {
        guard case .call(let primitive, let arguments) = expression.kind else { preconditionFailure() }
        var operands: [Int] = []
        for argument in arguments.reversed() {
            if case .local(let local) = argument {
                operands.insert(state.threads[thread].locals[local], at: 0)
            } else {
                operands.insert(pop(thread, &state), at: 0)
            }
        }
        // An error of the argument comes before one of the context in DESIGN's order.
        let isWrongState = state.threads[thread].isAsleep && primitive != .schedule
        let sleepsBadly = primitive.sleeps && (isAtomicContext(thread, state) || isWrongState)
        let known: Effect?
        switch primitive {
        case .maybe: return .chooses([0, 1])
        case .pick: return .chooses(Array(operands[0]...max(operands[0], operands[1])))
        case .alloc:
            let free = state.live.indices.filter { !state.live[$0] }.map { memory.slotCell[$0] }
            // In INIT the lowest.
            if thread == memory.threads.count { return .chooses([free.first ?? 0]) }
            return .chooses(free.isEmpty ? [0] : free)
        case .skip: known = done(0, thread, &state)
        case .kfree:
            let effect = free(operands[0], &state)
            if case .goesOn = effect { return done(0, thread, &state) }
            return effect
        case .kfreeRCU: known = freeLater(operands[0], thread, &state)
        default:
            known =
                lockCall(primitive, operands, sleepsBadly, expression, thread, &state)
                ?? semaphoreCall(primitive, operands, sleepsBadly, expression, thread, &state)
                ?? sectionCall(primitive, operands, sleepsBadly, expression, thread, &state)
                ?? waitCall(primitive, operands, sleepsBadly, thread, &state)
                ?? queueCall(primitive, operands, sleepsBadly, thread, &state)
                ?? counterCall(primitive, arguments, operands, thread, &state)
        }
        return known!
    }

    func done(_ value: Int, _ thread: Int, _ state: inout NaiveState) -> Effect {
        state.threads[thread].values.append(value)
        return .goesOn
    }

    private func freeLater(_ address: Int, _ thread: Int, _ state: inout NaiveState) -> Effect {
        if address == 0 { return done(0, thread, &state) }
        if let fault = memory.fault(address, state) { return .fails(fault) }
        let slot = memory.slot(of: address)!
        if state.pending[slot] != nil { return .fails(.doubleFree) }
        state.pending[slot] = mask { isReader($0, state) }
        return done(0, thread, &state)
    }

    // MARK: Sections and grace periods

    private func sectionCall(
        _ primitive: Primitive, _ operands: [Int], _ sleepsBadly: Bool, _ expression: Expression, _ thread: Int,
        _ state: inout NaiveState
    ) -> Effect? {
        var own: ThreadState {
            get { state.threads[thread] }
            set { state.threads[thread] = newValue }
        }
        switch primitive {
        case .rcuReadLock: own.readSections += 1
        case .rcuReadUnlock:
            if own.readSections == 0 { return .fails(.unbalanced) }
            own.readSections -= 1
        case .preemptDisable: own.preemptOff += 1
        case .preemptEnable:
            if own.preemptOff == 0 { return .fails(.unbalanced) }
            own.preemptOff -= 1
        case .irqDisable: own.irqsOff = true
        case .irqEnable:
            if !own.irqsOff { return .fails(.unbalanced) }
            own.irqsOff = false
        case .srcuReadLock: state.sleepable[memory.globalOfCell[operands[0]]!]![thread] += 1
        case .srcuReadUnlock:
            let domain = memory.globalOfCell[operands[0]]!
            if state.sleepable[domain]![thread] == 0 { return .fails(.unbalanced) }
            state.sleepable[domain]![thread] -= 1
        case .synchronizeRCU:
            if sleepsBadly { return .fails(.sleepInAtomic) }
            own.waitsForRCU = mask { $0 != thread && isReader($0, state) }
            own.items.append(.second(expression))
        case .synchronizeSRCU:
            if sleepsBadly { return .fails(.sleepInAtomic) }
            let depths = state.sleepable[memory.globalOfCell[operands[0]]!]!
            // One's own read side never ends.
            if depths[thread] > 0 { return .waits }
            own.waitsForSRCU = mask { depths[$0] > 0 }
            own.items.append(.second(expression))
        case .callFunctionSync:
            if own.irqsOff || isInterrupt(thread) { return .fails(.sleepInAtomic) }
            own.waitsForIPI = mask { $0 != thread && keepsInterruptsOff($0, state) }
            own.spins = true
            own.items.append(.second(expression))
        default: return nil
        }
        return done(0, thread, &state)
    }

    // MARK: Completions and sequence counters

    private func waitCall(
        _ primitive: Primitive, _ operands: [Int], _ sleepsBadly: Bool, _ thread: Int, _ state: inout NaiveState
    ) -> Effect? {
        guard let address = operands.first, let global = memory.globalOfCell[address] else { return nil }
        switch primitive {
        case .waitForCompletion:
            if sleepsBadly { return .fails(.sleepInAtomic) }
            if state.completions[global]![1] == 0 {
                if state.completions[global]![0] == 0 { return .waits }
                state.completions[global]![0] -= 1
            }
        case .complete:
            if state.completions[global]![1] == 0 { state.completions[global]![0] += 1 }
        case .completeAll: state.completions[global] = [0, 1]
        case .readSeqcountBegin, .rawReadSeqcount:
            let count = state.sequences[global]!.count
            if primitive == .readSeqcountBegin, count % 2 == 1 { return .waits }
            state.sequences[global]!.since[thread] = 1
            return done(count, thread, &state)
        case .readSeqcountRetry:
            let hasChanged = state.sequences[global]!.count != operands[1]
            // A whole turn of the three bits that the reader does not notice.
            if !hasChanged, state.sequences[global]!.since[thread] > 8 { return .fails(.overflow) }
            state.sequences[global]!.since[thread] = 0
            return done(hasChanged ? 1 : 0, thread, &state)
        case .writeSeqcountBegin, .writeSeqcountEnd:
            let isOpen = state.sequences[global]!.count % 2 == 1
            if isOpen != (primitive == .writeSeqcountEnd) { return .fails(.unbalanced) }
            state.sequences[global]!.count = (state.sequences[global]!.count + 1) % 8
            state.sequences[global]!.since = state.sequences[global]!.since.map { $0 == 0 ? 0 : min($0 + 1, 9) }
        default: return nil
        }
        return done(0, thread, &state)
    }
}
