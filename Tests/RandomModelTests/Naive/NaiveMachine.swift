// Runs one thread of a protocol on from one step to the next, straight off the tree.
//
// DESIGN's rules, one by one: each access to shared memory is a step; operands go left to right; what a thread does with
// its own locals joins the step before; an ATOMIC is one step, enabled when its first statement is.

/// What came of one item.
enum Effect {
    case goesOn
    /// One successor for each of these values of the call.
    case chooses([Int])
    case waits
    /// It sleeps, and may wake up for no reason.
    case sleeps
    case fails(Fault)
}

struct NaiveMachine {
    let memory: NaiveMemory
    var model: Protocol { memory.model }

    struct Moves {
        var states: [NaiveState] = []
        var faults: [Fault] = []
        /// Those that need never come: indices of states, and how many of the faults.
        var spurious: Set<Int> = []
        var spuriousFaults = 0
        /// What a step that had to wait was about to do.
        var waiting: Item?
    }

    /// All that one step of a thread can lead to; neither a state nor a fault if it waits.
    func step(_ thread: Int, from state: NaiveState) -> Moves {
        guard hasCPU(thread, state) else { return Moves() }
        var start = state
        start.threads[thread].spins = false
        return onCPU(thread, run(thread, from: start, hasStepped: false), before: state)
    }

    /// What stands before a thread's first step.
    func open(_ thread: Int, from state: NaiveState) -> Moves { run(thread, from: state, hasStepped: true) }

    /// INIT, by a thread that is there for this alone.
    func initialize() -> Moves {
        var state = memory.blank()
        let thread = state.threads.count
        var opener = ThreadState(items: model.initialization.reversed().map { .statement($0) })
        opener.atomicDepth = 1
        state.threads.append(opener)
        var moves = run(thread, from: state, hasStepped: true)
        for index in moves.states.indices { moves.states[index].threads.removeLast() }
        return moves
    }

    private func run(_ thread: Int, from start: NaiveState, hasStepped: Bool) -> Moves {
        var moves = Moves()
        var work = [(state: start, hasStepped: hasStepped, isSpurious: false)]
        while let (before, hasStepped, isSpurious) = work.popLast() {
            var state = before
            func add(_ after: NaiveState) {
                if isSpurious { moves.spurious.insert(moves.states.count) }
                moves.states.append(after)
            }
            func fail(_ fault: Fault) {
                if isSpurious { moves.spuriousFaults += 1 }
                moves.faults.append(fault)
            }
            guard let item = state.threads[thread].items.last else {
                if thread < memory.threads.count, let fault = atExit(thread, state) {
                    fail(fault)
                } else {
                    state.threads[thread].isAsleep = false
                    state.threads[thread].locals = state.threads[thread].locals.map { _ in 0 }
                    if isInterrupt(thread) { leaveSections(thread, &state) }
                    add(state)
                }
                continue
            }
            if hasStepped, state.threads[thread].atomicDepth == 0, isStep(item) {
                forgetDead(thread, &state)
                add(state)
                continue
            }
            state.threads[thread].items.removeLast()
            switch perform(item, thread, &state) {
            case .goesOn: work.append((state, true, isSpurious))
            case .chooses(let values):
                for value in values.reversed() {
                    var next = state
                    next.threads[thread].values.append(value)
                    if case .call(let call) = item { chosen(call, value, &next) }
                    work.append((next, true, isSpurious))
                }
            case .waits: moves.waiting = item
            case .sleeps:
                moves.waiting = item
                state.threads[thread].isAsleep = false
                state.threads[thread].values.append(0)
                work.append((state, true, true))
            case .fails(let fault): fail(fault)
            }
        }
        return moves
    }

    private func forgetDead(_ thread: Int, _ state: inout NaiveState) {
        let live = NaiveLiveness.live(at: state.threads[thread].items)
        for local in state.threads[thread].locals.indices where !live.contains(local) {
            state.threads[thread].locals[local] = 0
        }
    }

    private func isStep(_ item: Item) -> Bool {
        switch item {
        case .loadOld, .store, .loadPlace, .storePlace, .call, .second, .comes: true
        case .wait(_, let part): part == .queue || part == .sleep || part == .leave
        case .statement(let statement):
            switch statement.kind {
            case .waitUntil, .atomic: true
            default: false
            }
        case .apply(let expression):
            if case .load = expression.kind { true } else { false }
        default: false
        }
    }

    /// Locks held come before open sections, as in DESIGN's order.
    private func atExit(_ thread: Int, _ state: NaiveState) -> Fault? {
        let owner = thread + 1
        if state.cells.indices.contains(where: { memory.isLock($0) && state.cells[$0] == owner }) { return .lockHeldAtExit }
        if state.semaphores.values.contains(where: { $0.writer == owner || $0.reads[thread] > 0 }) { return .lockHeldAtExit }
        let own = state.threads[thread]
        if own.readSections > 0 || own.preemptOff > 0 || own.irqsOff || own.queue != nil { return .unbalanced }
        if state.sleepable.values.contains(where: { $0[thread] > 0 }) { return .unbalanced }
        return nil
    }

    // MARK: Statements

    func perform(_ item: Item, _ thread: Int, _ state: inout NaiveState) -> Effect {
        switch item {
        case .statement(let statement): return begin(statement, thread, &state)
        case .finish(let statement): return finish(statement, thread, &state)
        case .loop(let statement):
            state.threads[thread].items.append(item)
            again(statement, thread, &state)
        case .test(let statement):
            if pop(thread, &state) == 0 {
                state.threads[thread].items.removeLast()
            } else if case .whileLoop(_, let body) = statement.kind {
                push(body, thread, &state)
            } else if case .doWhile(let body, _) = statement.kind {
                push(body, thread, &state)
            }
        case .discard: _ = pop(thread, &state)
        case .endAtomic: state.threads[thread].atomicDepth -= 1
        case .loadOld(let statement):
            guard case .compound(_, _, let value) = statement.kind else { preconditionFailure() }
            state.threads[thread].items += [.finish(statement), .evaluate(value)]
            return read(state.threads[thread].values.last!, thread, &state)
        case .store: return storeTop(thread, &state)
        case .comes: return comes(thread, &state)
        case .wait(let statement, let part): return wait(statement, part, thread, &state)
        default: return evaluate(item, thread, &state)
        }
        return .goesOn
    }

    private func push(_ body: [Statement], _ thread: Int, _ state: inout NaiveState) {
        state.threads[thread].items += body.reversed().map { .statement($0) }
    }

    func pop(_ thread: Int, _ state: inout NaiveState) -> Int { state.threads[thread].values.removeLast() }

    private func begin(_ statement: Statement, _ thread: Int, _ state: inout NaiveState) -> Effect {
        func then(_ items: Item...) { state.threads[thread].items += items.reversed() }
        switch statement.kind {
        case .call(let call): then(.evaluate(call), .discard)
        case .assign(_, let value): then(.evaluate(value), .finish(statement))
        case .store(let place, let value, _): then(.address(place), .evaluate(value), .finish(statement))
        case .compound(let place, _, _): then(.address(place), .loadOld(statement))
        case .branch(let condition, _, _): then(.evaluate(condition), .finish(statement))
        case .whileLoop: then(.loop(statement))
        case .doWhile(let body, _):
            then(.loop(statement))
            push(body, thread, &state)
        case .forLoop(let local, _, let body):
            state.threads[thread].locals[local] = 0
            then(.loop(statement))
            push(body, thread, &state)
        case .atomic(let body):
            state.threads[thread].atomicDepth += 1
            then(.endAtomic)
            push(body, thread, &state)
        case .leave:
            state.threads[thread].items = []
            state.threads[thread].values = []
            state.threads[thread].atomicDepth = 0
        case .breakLoop:
            unwind(thread, &state)
            state.threads[thread].items.removeLast()
        case .continueLoop: unwind(thread, &state)
        case .waitEvent(_, let condition):
            if isAtomicContext(thread, state) || state.threads[thread].isAsleep { return .fails(.sleepInAtomic) }
            then(.evaluate(condition), .wait(statement, .firstTest))
        case .ghost, .assert, .waitUntil: return instant(statement, thread, &state)
        }
        return .goesOn
    }

    /// Back to the innermost loop.
    private func unwind(_ thread: Int, _ state: inout NaiveState) {
        while let item = state.threads[thread].items.last {
            if case .loop = item { return }
            if item == .endAtomic { state.threads[thread].atomicDepth -= 1 }
            state.threads[thread].items.removeLast()
        }
    }

    private func again(_ statement: Statement, _ thread: Int, _ state: inout NaiveState) {
        switch statement.kind {
        case .whileLoop(let condition, _), .doWhile(_, let condition):
            state.threads[thread].items += [.test(statement), .evaluate(condition)]
        case .forLoop(let local, let bound, let body):
            state.threads[thread].locals[local] += 1
            if state.threads[thread].locals[local] < bound {
                push(body, thread, &state)
            } else {
                state.threads[thread].items.removeLast()
            }
        default: preconditionFailure()
        }
    }

    private func instant(_ statement: Statement, _ thread: Int, _ state: inout NaiveState) -> Effect {
        func value(_ expression: Expression, isProof: Bool) -> Result<Int, NaiveInstant.Failure> {
            let instant = NaiveInstant(memory: memory, state: state, thread: thread, isProof: isProof)
            do throws(NaiveInstant.Failure) { return .success(try instant.value(expression)) } catch { return .failure(error) }
        }
        switch statement.kind {
        case .waitUntil(let condition):
            switch value(condition, isProof: false) {
            case .success(let result): return result == 0 ? .waits : .goesOn
            case .failure(let failure): return .fails(failure.fault)
            }
        case .assert(_, let condition):
            switch value(condition, isProof: true) {
            case .success(let result): return result == 0 ? .fails(.assertion) : .goesOn
            case .failure(let failure): return .fails(failure.fault)
            }
        case .ghost(let global, let expression):
            let result: Int
            switch value(expression, isProof: true) {
            case .success(let value): result = value
            case .failure(let failure): return .fails(failure.fault)
            }
            let cell = memory.firstCell[global]
            guard NaiveMemory.fits(result, memory.kinds[cell]!) else { return .fails(.overflow) }
            state.cells[cell] = NaiveMemory.converted(result, memory.kinds[cell]!)
            return .goesOn
        default: preconditionFailure()
        }
    }

    private func finish(_ statement: Statement, _ thread: Int, _ state: inout NaiveState) -> Effect {
        switch statement.kind {
        case .assign(let local, _):
            let value = pop(thread, &state)
            switch model.threads[memory.threads[thread].declaration].locals[local].kind {
            case .pointer: state.threads[thread].locals[local] = value
            case .integer(let type):
                guard NaiveMemory.fits(value, .integer(type)) else { return .fails(.overflow) }
                state.threads[thread].locals[local] = NaiveMemory.converted(value, .integer(type))
            }
        case .store:
            convertTop(thread, &state)
            state.threads[thread].items.append(.store(statement))
        case .compound(_, let operation, _):
            let value = pop(thread, &state)
            let old = pop(thread, &state)
            guard let result = NaiveMemory.apply(operation, old, value) else { return .fails(.overflow) }
            state.threads[thread].values.append(result)
            convertTop(thread, &state)
            state.threads[thread].items.append(.store(statement))
        case .branch(_, let yes, let no):
            push(pop(thread, &state) != 0 ? yes : no, thread, &state)
        default: preconditionFailure()
        }
        return .goesOn
    }

    // MARK: Memory

    /// Converts the value on top for the place whose address lies beneath. All objects have one type, so NULL is only
    /// found out by the step itself, and so is an address outside of an array.
    func convertTop(_ thread: Int, _ state: inout NaiveState) {
        let value = pop(thread, &state)
        let address = state.threads[thread].values.last!
        let kind = address < 0 ? nil : memory.kinds[address]
        state.threads[thread].values.append(kind.map { NaiveMemory.converted(value, $0) } ?? value)
    }

    func read(_ address: Int, _ thread: Int, _ state: inout NaiveState) -> Effect {
        if let fault = memory.fault(address, state) { return .fails(fault) }
        state.threads[thread].values.append(state.cells[address])
        return .goesOn
    }

    func storeTop(_ thread: Int, _ state: inout NaiveState) -> Effect {
        let value = pop(thread, &state)
        let address = pop(thread, &state)
        if let fault = memory.fault(address, state) { return .fails(fault) }
        return write(value, address, &state) ?? .goesOn
    }

    /// Nil if all is well.
    func write(_ value: Int, _ address: Int, _ state: inout NaiveState) -> Effect? {
        guard NaiveMemory.fits(value, memory.kinds[address]!) else { return .fails(.overflow) }
        state.cells[address] = NaiveMemory.converted(value, memory.kinds[address]!)
        return nil
    }
}
