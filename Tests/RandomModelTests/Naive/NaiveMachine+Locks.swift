extension NaiveMachine {
    /// Spinlocks and mutexes: the owner is known; a trylock of one's own lock fails.
    func lockCall(
        _ primitive: Primitive, _ operands: [Int], _ sleepsBadly: Bool, _ expression: Expression, _ thread: Int,
        _ state: inout NaiveState
    ) -> Effect? {
        let me = thread + 1
        switch primitive {
        case .spinLockIrq:
            // Interrupts go off first: the CPU spins with them off.
            state.threads[thread].irqsOff = true
            state.threads[thread].values.append(operands[0])
            state.threads[thread].items.append(.second(expression))
            return .goesOn
        case .spinLock, .mutexLock:
            if let fault = memory.fault(operands[0], state) { return .fails(fault) }
            return take(operands[0], sleepsBadly, thread, &state)
        case .spinUnlock, .mutexUnlock, .spinUnlockIrq:
            if let fault = memory.fault(operands[0], state) { return .fails(fault) }
            if state.cells[operands[0]] != me { return .fails(.badUnlock) }
            state.cells[operands[0]] = 0
            if primitive == .spinUnlockIrq {
                state.threads[thread].items.append(.second(expression))
                return .goesOn
            }
        case .spinTrylock, .mutexTrylock:
            if let fault = memory.fault(operands[0], state) { return .fails(fault) }
            if state.cells[operands[0]] != 0 { return done(0, thread, &state) }
            state.cells[operands[0]] = me
            return done(1, thread, &state)
        case .spinIsLocked, .mutexIsLocked:
            if let fault = memory.fault(operands[0], state) { return .fails(fault) }
            return done(state.cells[operands[0]] != 0 ? 1 : 0, thread, &state)
        default: return nil
        }
        return done(0, thread, &state)
    }

    private func take(_ lock: Int, _ sleepsBadly: Bool, _ thread: Int, _ state: inout NaiveState) -> Effect {
        if state.cells[lock] == thread + 1 { return .fails(.recursiveLock) }
        if sleepsBadly { return .fails(.sleepInAtomic) }
        if state.cells[lock] != 0 { return .waits }
        state.cells[lock] = thread + 1
        return done(0, thread, &state)
    }

    /// rw_semaphores. Beginning to wait is a step of its own; a waiting writer keeps new readers out, and a reader that
    /// came while writers waited stays behind each of those until it has had the lock. Writers may overtake.
    func semaphoreCall(
        _ primitive: Primitive, _ operands: [Int], _ sleepsBadly: Bool, _ expression: Expression, _ thread: Int,
        _ state: inout NaiveState
    ) -> Effect? {
        guard let address = operands.first, let global = memory.globalOfCell[address],
            var semaphore = state.semaphores[global]
        else { return nil }
        let me = thread + 1
        var result = 0
        let isFree = semaphore.writer == 0
        let letsReadersIn = isFree && (model.readerPreference || semaphore.waitingWriters == 0)
        switch primitive {
        case .downRead, .downWrite:
            if semaphore.writer == me { return .fails(.recursiveLock) }
            if sleepsBadly { return .fails(.sleepInAtomic) }
            if primitive == .downRead, letsReadersIn {
                semaphore.reads[thread] += 1
            } else if primitive == .downWrite, isFree, !semaphore.isRead {
                semaphore.writer = me
            } else {
                if primitive == .downRead {
                    semaphore.waitingReaders |= 1 << thread
                    if !model.readerPreference { semaphore.behind[thread] = semaphore.waitingWriters }
                } else {
                    semaphore.waitingWriters |= 1 << thread
                }
                state.threads[thread].values.append(address)
                state.threads[thread].items.append(.second(expression))
                state.semaphores[global] = semaphore
                return .goesOn
            }
        case .upRead:
            if semaphore.reads[thread] == 0 { return .fails(.badUnlock) }
            semaphore.reads[thread] -= 1
        case .upWrite, .downgradeWrite:
            if semaphore.writer != me { return .fails(.badUnlock) }
            semaphore.writer = 0
            if primitive == .downgradeWrite { semaphore.reads[thread] += 1 }
        case .downReadTrylock:
            if letsReadersIn { semaphore.reads[thread] += 1 }
            result = letsReadersIn ? 1 : 0
        case .downWriteTrylock:
            if isFree, !semaphore.isRead, semaphore.waitingReaders == 0, semaphore.waitingWriters == 0 {
                semaphore.writer = me
                result = 1
            }
        case .rwsemIsLocked: result = !isFree || semaphore.isRead ? 1 : 0
        default: return nil
        }
        state.semaphores[global] = semaphore
        return done(result, thread, &state)
    }

    /// The second steps.
    func second(_ expression: Expression, _ thread: Int, _ state: inout NaiveState) -> Effect {
        guard case .call(let primitive, _) = expression.kind else { preconditionFailure() }
        let own = state.threads[thread]
        switch primitive {
        case .synchronizeRCU: return own.waitsForRCU == 0 ? .goesOn : .waits
        case .synchronizeSRCU: return own.waitsForSRCU == 0 ? .goesOn : .waits
        case .callFunctionSync: return own.waitsForIPI == 0 ? .goesOn : .waits
        case .spinLockIrq:
            let lock = pop(thread, &state)
            if let fault = memory.fault(lock, state) { return .fails(fault) }
            return take(lock, false, thread, &state)
        case .spinUnlockIrq:
            if !own.irqsOff { return .fails(.unbalanced) }
            state.threads[thread].irqsOff = false
            return done(0, thread, &state)
        case .downRead, .downWrite:
            let global = memory.globalOfCell[pop(thread, &state)]!
            var semaphore = state.semaphores[global]!
            if primitive == .downRead {
                if semaphore.writer != 0 || semaphore.behind[thread] != 0 { return .waits }
                semaphore.waitingReaders &= ~(1 << thread)
                semaphore.reads[thread] += 1
            } else {
                if semaphore.writer != 0 || semaphore.isRead { return .waits }
                semaphore.waitingWriters &= ~(1 << thread)
                semaphore.behind = semaphore.behind.map { $0 & ~(1 << thread) }
                semaphore.writer = thread + 1
            }
            state.semaphores[global] = semaphore
            return done(0, thread, &state)
        default: preconditionFailure()
        }
    }
}
