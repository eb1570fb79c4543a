// Threads that share a CPU and interrupts on top of them, from the rules of the language: who may not be taken off the
// CPU is looked up in the state, not kept.

extension NaiveMachine {
    func isInterrupt(_ thread: Int) -> Bool {
        thread < memory.threads.count && model.threads[memory.threads[thread].declaration].isInterrupt
    }

    private func others(_ thread: Int, isInterrupt wanted: Bool) -> [Int] {
        memory.threads.indices.filter {
            $0 != thread && memory.cpus[$0] == memory.cpus[thread] && isInterrupt($0) == wanted
        }
    }

    private func sharesCPU(_ thread: Int) -> Bool { !isInterrupt(thread) && !others(thread, isInterrupt: false).isEmpty }

    func isRunningInterrupt(_ thread: Int, _ state: NaiveState) -> Bool {
        state.threads[thread].hasCome && !state.threads[thread].hasEnded
    }

    func keepsInterruptsOff(_ thread: Int, _ state: NaiveState) -> Bool {
        state.threads[thread].irqsOff || isRunningInterrupt(thread, state)
    }

    private func hasPreemptionOff(_ thread: Int, _ state: NaiveState) -> Bool {
        let own = state.threads[thread]
        return own.preemptOff > 0 || own.irqsOff || own.spins || holdsSpinlock(thread, state)
    }

    /// Whether the thread may take its next step on its CPU, if it has one to share.
    func hasCPU(_ thread: Int, _ state: NaiveState) -> Bool {
        if isInterrupt(thread) { return true }
        if others(thread, isInterrupt: true).contains(where: { isRunningInterrupt($0, state) }) { return false }
        if model.preemption == .full {
            return !others(thread, isInterrupt: false).contains { hasPreemptionOff($0, state) }
        }
        // One that has let go of it with interrupts off is about to be told that it must not sleep: it goes on alone.
        if !others(thread, isInterrupt: true).isEmpty,
            others(thread, isInterrupt: false).contains(where: { state.threads[$0].irqsOff })
        {
            return false
        }
        let runner = state.running[memory.cpus[thread]] ?? 0
        return runner == 0 || runner == thread + 1
    }

    /// An interrupt comes when no thread of its CPU has interrupts off, after all that came before.
    func comes(_ thread: Int, _ state: inout NaiveState) -> Effect {
        let own = memory.threads[thread]
        for other in others(thread, isInterrupt: true) {
            if isRunningInterrupt(other, state) { return .waits }
            let isEarlier = memory.threads[other].declaration == own.declaration && memory.threads[other].index < own.index
            if isEarlier, !state.threads[other].hasEnded { return .waits }
        }
        if others(thread, isInterrupt: false).contains(where: { state.threads[$0].irqsOff }) { return .waits }
        state.threads[thread].hasCome = true
        return .goesOn
    }

    /// What a step that a thread took, or could not take, does to the CPU that it shares.
    func onCPU(_ thread: Int, _ moves: Moves, before state: NaiveState) -> Moves {
        guard sharesCPU(thread) else { return moves }
        let cpu = memory.cpus[thread]
        var moves = moves
        if moves.states.isEmpty, moves.faults.isEmpty, let item = moves.waiting {
            if let after = begunToWait(thread, cpu, item, state) { moves.states = [after] }
            return moves
        }
        guard model.preemption != .full else { return moves }
        for index in moves.states.indices {
            moves.states[index].running[cpu] = letsOthersRun(thread, moves.states[index]) ? 0 : thread + 1
        }
        return moves
    }

    /// One who spins takes hold of the CPU, one who sleeps lets go of it: a step of its own.
    private func begunToWait(_ thread: Int, _ cpu: Int, _ item: Item, _ state: NaiveState) -> NaiveState? {
        var after = state
        if model.preemption == .full {
            guard spinsWithPreemptionOff(item), !hasPreemptionOff(thread, state) else { return nil }
            after.threads[thread].spins = true
        } else if sleeps(item) {
            if state.running[cpu] != thread + 1 { return nil }
            after.running[cpu] = 0
        } else {
            if state.running[cpu] == thread + 1 { return nil }
            after.running[cpu] = thread + 1
        }
        return after
    }

    private func spinsWithPreemptionOff(_ item: Item) -> Bool {
        switch item {
        case .call(let call), .second(let call):
            if case .call(let primitive, _) = call.kind {
                return [.spinLock, .spinLockIrq, .callFunctionSync].contains(primitive)
            }
            return false
        default: return false
        }
    }

    private func sleeps(_ item: Item) -> Bool {
        switch item {
        case .call(let call), .second(let call):
            if case .call(let primitive, _) = call.kind { return primitive.sleeps }
            return false
        default: return false
        }
    }

    /// It has ended, or begun to sleep, or under VOLUNTARY stands before what may sleep.
    private func letsOthersRun(_ thread: Int, _ state: NaiveState) -> Bool {
        guard let item = state.threads[thread].items.last else { return true }
        switch item {
        case .second: return sleeps(item)
        case .call: return model.preemption == .voluntary && sleeps(item)
        default: return false
        }
    }
}
