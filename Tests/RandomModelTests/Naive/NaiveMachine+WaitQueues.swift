// Wait queues from the rules of the language: a task is in a queue and asleep, or not; who wakes it takes it off.

extension NaiveMachine {
    /// The parts of wait_event(): test; then queue, test, sleep, over and over.
    func wait(_ statement: Statement, _ part: WaitPart, _ thread: Int, _ state: inout NaiveState) -> Effect {
        guard case .waitEvent(let queue, let condition) = statement.kind else { preconditionFailure() }
        func then(_ items: Item...) { state.threads[thread].items += items.reversed() }
        switch part {
        case .firstTest: if pop(thread, &state) == 0 { then(.wait(statement, .queue)) }
        case .queue:
            state.threads[thread].queue = queue
            state.threads[thread].isAsleep = true
            then(.evaluate(condition), .wait(statement, .test))
        case .test: then(.wait(statement, pop(thread, &state) == 0 ? .sleep : .leave))
        case .sleep:
            if state.threads[thread].isAsleep { return .waits }
            then(.wait(statement, .queue))
        case .leave:
            state.threads[thread].queue = nil
            state.threads[thread].isAsleep = false
        }
        return .goesOn
    }

    func queueCall(
        _ primitive: Primitive, _ operands: [Int], _ sleepsBadly: Bool, _ thread: Int, _ state: inout NaiveState
    ) -> Effect? {
        if primitive == .schedule {
            if sleepsBadly { return .fails(.sleepInAtomic) }
            return state.threads[thread].isAsleep ? .sleeps : done(0, thread, &state)
        }
        guard let address = operands.first, let queue = memory.globalOfCell[address] else { return nil }
        switch primitive {
        case .prepareToWait:
            state.threads[thread].queue = queue
            state.threads[thread].isAsleep = true
        case .finishWait:
            state.threads[thread].queue = nil
            state.threads[thread].isAsleep = false
        case .wakeUp, .wakeUpAll:
            for other in state.threads.indices where state.threads[other].queue == queue && state.threads[other].isAsleep {
                state.threads[other].queue = nil
                state.threads[other].isAsleep = false
            }
        default: return nil
        }
        return done(0, thread, &state)
    }
}
