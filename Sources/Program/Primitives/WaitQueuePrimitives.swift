import Syntax

/// Wait queues, and tasks that sleep until they are woken. (include/linux/wait.h, kernel/sched/wait.c,
/// try_to_wake_up() in kernel/sched/core.c.)
///
/// A task has a state and is in one wait queue at most. wait_event() does what the kernel's macro does: test; then, again and
/// again, queue and set the task state in one step (the queue's lock is held over both), test, sleep in schedule(). A wake-up
/// makes every task that sleeps in that queue run and takes it off the queue, as autoremove_wake_function() does; a task that
/// does not sleep yet is left alone, and finds its state TASK_RUNNING only if it was woken after it had set it. Of exclusive
/// waiters wake_up() wakes one, any one: the kernel's order is that of their coming, and no protocol should count on it.
///
/// Spurious wake-ups. schedule() may return though nobody called it back, so a step of that kind is always possible; but it is
/// none that anybody may count on, so it does not keep a sleeping task from being stuck (`Operation.spurious`): what is lost is
/// found though a spurious wake-up would have mended it. In wait_event() a spurious wake-up shows only if testing changes
/// something, if somebody looks who is queued, or if the task shares a CPU that is not taken from it. Otherwise the run is the
/// same, but for steps that nobody sees, as one in which the task comes to its wait_event() only when the spurious wake-up would
/// have been; so there it is left out.
enum WaitQueuePrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = {
        var table: [String: Primitive] = [
            "prepare_to_wait": prepare(isExclusive: false),
            "prepare_to_wait_exclusive": prepare(isExclusive: true),
            "finish_wait": Primitive(1) { builder, site in
                guard let queue = builder.queueArgument(site.arguments[0]) else { return .nothing }
                builder.leaveQueue(queue, site.range, text: nil)
                return .nothing
            },
            "schedule": Primitive(0) { $0.schedule($1) },
            "set_current_state": Primitive(1) { $0.setTaskState($1, .full) },
            "__set_current_state": Primitive(1) { $0.setTaskState($1, .relaxed) },
            "wake_up_process": Primitive(2) { $0.wakeUpProcess($1) },
            "waitqueue_active": Primitive(1, .pure) { $0.waitQueueIsActive($1) },
            "wait_event_timeout": Primitive(3) { $0.waitEvent($1, WaitForm(state: 2, hasTimeout: true)) },
        ]
        for (name, state) in [("", 2), ("_interruptible", 1), ("_killable", 2)] as [(String, Int64)] {
            let isInterruptible = !name.isEmpty
            for (suffix, isExclusive) in [("", false), ("_exclusive", true)] {
                table["wait_event\(name)\(suffix)"] = Primitive(2) {
                    $0.waitEvent(
                        $1, WaitForm(state: state, isInterruptible: isInterruptible, isExclusive: isExclusive))
                }
            }
        }
        for (name, states) in [("wake_up", [1, 2]), ("wake_up_interruptible", [1])] as [(String, [Int64])] {
            for (suffix, isForAll) in [("", false), ("_all", true)] {
                table[name + suffix] = Primitive(1) { $0.wakeUp($1, isForAll: isForAll, states: states) }
            }
        }
        return table
    }()

    /// `prepare_to_wait(queue)`, `prepare_to_wait(queue, state)`.
    private static func prepare(isExclusive: Bool) -> Primitive {
        Primitive(1...2) { builder, site in
            guard let queue = builder.queueArgument(site.arguments[0]) else { return .nothing }
            var state: Operand = .constant(2)
            if site.arguments.count > 1 { state = builder.taskState(site.arguments[1]) }
            builder.enterQueue(queue, state: state, isExclusive: isExclusive, site.range, text: nil)
            return .nothing
        }
    }
}

/// What tells one wait_event*() from another.
struct WaitForm {
    /// The task state: 1 is TASK_INTERRUPTIBLE, 2 TASK_UNINTERRUPTIBLE.
    var state: Int64
    /// A signal may end it, with -ERESTARTSYS.
    var isInterruptible = false
    var isExclusive = false
    /// Time may end it, and always does some day: then it is no wait that can be stuck.
    var hasTimeout = false

    static let interrupted: Int64 = -512
}

extension CodeBuilder {
    // MARK: Arguments

    /// A wait queue, by name as the kernel's macros take it or by address.
    func queueArgument(_ expression: Expression) -> LockArgument? {
        if isPlaceExpression(expression), typeOnly(expression) == .builtin(.waitQueue) {
            let address = Expression(.unary(.addressOf, expression), expression.range, depth: expression.depth + 1)
            return lockArgument(address, .waitQueue)
        }
        return lockArgument(expression, .waitQueue)
    }

    /// A value of set_current_state() and prepare_to_wait(): one of the TASK_ constants.
    func taskState(_ expression: Expression) -> Operand {
        guard let value = argument(expression, .int) else { return .constant(0) }
        let isKnown = binary(.lessOrEqualUnsigned, value.operand, .constant(2), expression.range)
        check(isKnown, .overflow, name: "task state", "this is no state of a task", expression.range)
        return value.operand
    }

    // MARK: Sleeping

    func waitEvent(_ site: CallSite, _ form: WaitForm) -> Value {
        guard let queue = queueArgument(site.arguments[0]) else { return .error }
        let range = site.range, condition = site.arguments[1]
        let call = "\(site.name.text)(\(folded(site.arguments[0].range)))"
        if form.hasTimeout { _ = argument(site, 2, .int) }
        mightSleep(range)
        checkMaySleep(site.name.text, range)
        let givesResult = form.isInterruptible || form.hasTimeout
        let result = givesResult ? newRegister(.int) : 0
        if givesResult { emit(.move(result, .constant(form.hasTimeout ? 1 : 0)), range) }
        let isTrue = newLabel(), again = newLabel(), asleep = newLabel(), leave = newLabel(), givesUp = newLabel()
        lowerCondition(condition, isTrue, again)
        place(again)
        if kind == .initialization {
            blockUnless(.constant(0), .condition, .sleeps, range)
        } else {
            enterQueue(
                queue, state: .constant(form.state), isExclusive: form.isExclusive, range, text: "\(call): queued")
            lowerCondition(condition, leave, asleep)
            place(asleep)
            let isSeen =
                model.needs.seesWaiters || hasSideEffect(condition) || (sharesCPU && model.settings.preemption != .full)
            sleep(
                range, text: "\(call): woken", isSpurious: isSeen && !form.hasTimeout, form: form,
                givesUp: form.isInterruptible || form.hasTimeout ? givesUp : nil)
            jump(again, range)
            if givesResult {
                // The condition is looked at once more: true, it counts for more than the signal or the time.
                let isFalse = newLabel()
                place(givesUp)
                lowerCondition(condition, leave, isFalse)
                place(isFalse)
                emit(.move(result, .constant(form.isInterruptible ? WaitForm.interrupted : 0)), range)
            }
            place(leave)
            leaveQueue(queue, range, text: "\(call): off the queue")
        }
        place(isTrue)
        return givesResult ? Value(type: .int, parts: [.register(result)], range: WaitForm.interrupted...1) : .nothing
    }

    /// schedule(): sleeps if the task state says so, until it is TASK_RUNNING.
    func schedule(_ site: CallSite) -> Value {
        if kind == .initialization { return .nothing }
        needContext(.taskState)
        sleep(site.range, text: nil, isSpurious: true, form: nil, givesUp: nil, name: "schedule")
        return .nothing
    }

    /// The step in which the task sleeps: it waits for its state to be TASK_RUNNING. `givesUp` is where a signal or the time
    /// leads.
    private func sleep(
        _ range: SourceRange, text: String?, isSpurious: Bool, form: WaitForm?, givesUp: Int?, name: String? = nil
    ) {
        mayReschedule(range)
        beginStep(.endWait, range, ordering: .full, text: text)
        if let name { checkMaySleep(name, range) }
        guard hasContext(.taskState) else { return }
        let state = loadHidden(context(.taskState), range)
        guard isSpurious || givesUp != nil else {
            blockUnless(isZero(state, range), .condition, .sleeps, range)
            return
        }
        let asleep = newLabel(), awake = newLabel(), other = newLabel(), stays = newLabel()
        branch(state, asleep, awake, range)
        place(asleep)
        let ways: Int64 = (isSpurious ? 1 : 0) + (givesUp == nil ? 0 : 1)
        let way = define(.int, range) { .choose($0, low: .constant(0), high: .constant(ways)) }
        var names: [Int64: String] = isSpurious ? [1: "a spurious wake-up"] : [:]
        if givesUp != nil { names[ways] = form?.hasTimeout == true ? "the time is up" : "a signal" }
        nameChoices(names)
        branch(way, other, stays, range)
        place(stays)
        blockUnless(.constant(0), .condition, .sleeps, range)
        place(other)
        if form?.hasTimeout != true { emit(.spurious, range) }
        storeHidden(context(.taskState), .constant(0), range)
        if let givesUp {
            unless(binary(.equal, way, .constant(2), range), goto: isSpurious ? awake : givesUp, range)
            jump(givesUp, range)
        }
        place(awake)
    }

    func setTaskState(_ site: CallSite, _ ordering: Ordering) -> Value {
        let state = taskState(site.arguments[0])
        if kind == .initialization { return .nothing }
        needContext(.taskState)
        beginStep(.store, site.range, ordering: ordering)
        if hasContext(.taskState) { storeHidden(context(.taskState), state, site.range) }
        return .nothing
    }

    // MARK: Queues

    /// prepare_to_wait(): into the queue, and to sleep from the next schedule() on.
    func enterQueue(
        _ queue: LockArgument, state: Operand, isExclusive: Bool, _ range: SourceRange, text: String?
    ) {
        if kind == .initialization { return }
        needLock(.waitQueue, .reader, key: queue.key)
        needContext(.taskState)
        needContext(.waitQueue)
        if isExclusive { needContext(.exclusiveWait) }
        beginStep(.beginWait, range, ordering: .full, text: text)
        if queue.isChecked { emit(.checkPlace(queue.address, .lock), range) }
        guard hasContext(.waitQueue), hasContext(.taskState) else { return }
        let now = loadHidden(context(.waitQueue), range)
        let isFree = binary(.or, isZero(now, range), binary(.equal, now, queue.address, range), range)
        check(
            isFree, .unbalanced, name: "prepare_to_wait",
            "the task is still in another wait queue: a model's task can wait in one at a time", range)
        storeHidden(context(.waitQueue), queue.address, range)
        storeHidden(context(.taskState), state, range)
        if hasContext(.exclusiveWait) { storeHidden(context(.exclusiveWait), .constant(isExclusive ? 1 : 0), range) }
    }

    /// finish_wait(): a task that was woken is off the queue already, and does not look at it again.
    func leaveQueue(_ queue: LockArgument, _ range: SourceRange, text: String?) {
        if kind == .initialization { return }
        needContext(.taskState)
        needContext(.waitQueue)
        beginStep(.other, range, text: text)
        guard hasContext(.waitQueue), hasContext(.taskState) else { return }
        storeHidden(context(.taskState), .constant(0), range)
        let done = newLabel()
        unless(loadHidden(context(.waitQueue), range), goto: done, range)
        if queue.isChecked { emit(.checkPlace(queue.address, .lock), range) }
        storeHidden(context(.waitQueue), .constant(0), range)
        if hasContext(.exclusiveWait) { storeHidden(context(.exclusiveWait), .constant(0), range) }
        place(done)
    }

    /// A call that may sleep sets the task state itself: one that was set before is lost, which the kernel warns of.
    func checkIsRunning(_ name: String, _ range: SourceRange) {
        guard hasContext(.taskState) else { return }
        let isRunning = isZero(loadHidden(context(.taskState), range), range)
        check(
            isRunning, .sleepInAtomic, name: name,
            "\(name)() may sleep, and is called when the task state is not TASK_RUNNING", range)
    }

    /// At the end of a thread: no entry of its stack may stay in a queue.
    func checkLeftQueue(_ range: SourceRange) {
        if hasContext(.waitQueue) {
            let isOut = isZero(loadHidden(context(.waitQueue), range), range)
            check(isOut, .unbalanced, "the thread ends: prepare_to_wait() without finish_wait()", range)
        }
        if hasContext(.taskState) { storeHidden(context(.taskState), .constant(0), range) }
    }

    // MARK: Waking

    /// The cells of a thread that may be in a queue of that name.
    private struct Waiter {
        var state: Operand, queue: Operand
        /// Nil if it never waits exclusively.
        var exclusive: Operand?
    }

    private func waiters(_ key: String?) -> [Waiter] {
        func cell(_ field: ContextField, _ thread: Int) -> Operand? {
            let cell = model.contextCells[field]![thread]
            return cell == 0 ? nil : .constant(Int64(cell))
        }
        return (model.memory.shapes.readers[.waitQueue] ?? []).compactMap { thread in
            if let key, !model.memory.isNeeded(.waitQueue, .reader, thread: thread, key: key) { return nil }
            guard let state = cell(.taskState, thread), let queue = cell(.waitQueue, thread) else { return nil }
            return Waiter(state: state, queue: queue, exclusive: cell(.exclusiveWait, thread))
        }
    }

    /// Whether the waiter sleeps in the queue, in one of the states.
    private func sleeps(_ waiter: Waiter, in queue: Operand, _ states: [Int64], _ range: SourceRange) -> Operand {
        let isThere = binary(.equal, loadHidden(waiter.queue, range), queue, range)
        let state = loadHidden(waiter.state, range)
        let isAsleep = states.count == 1 ? .constant(states[0]) : state
        let fits = states.count == 1 ? binary(.equal, state, isAsleep, range) : binary(.notEqual, state, .constant(0), range)
        return binary(.and, isThere, fits, range)
    }

    private func wake(_ waiter: Waiter, _ range: SourceRange) {
        storeHidden(waiter.state, .constant(0), range)
        storeHidden(waiter.queue, .constant(0), range)
        if let exclusive = waiter.exclusive { storeHidden(exclusive, .constant(0), range) }
    }

    func wakeUp(_ site: CallSite, isForAll: Bool, states: [Int64]) -> Value {
        guard let queue = queueArgument(site.arguments[0]) else { return .nothing }
        if kind == .initialization { return .nothing }
        let range = site.range
        beginStep(.readModifyWrite, range, ordering: .full)
        if queue.isChecked { emit(.checkPlace(queue.address, .lock), range) }
        let all = waiters(queue.key)
        // All that are not exclusive; then, of the others, one.
        var exclusive: [(waiter: Waiter, sleeps: Operand)] = []
        for waiter in all {
            let sleeps = sleeps(waiter, in: queue.address, states, range)
            var wakes = sleeps
            if !isForAll, let flag = waiter.exclusive {
                let isExclusive = loadHidden(flag, range)
                exclusive.append((waiter, binary(.and, sleeps, isExclusive, range)))
                wakes = binary(.andNot, sleeps, isExclusive, range)
            }
            let next = newLabel()
            unless(wakes, goto: next, range)
            wake(waiter, range)
            place(next)
        }
        wakeOne(of: exclusive, range)
        return .nothing
    }

    private func wakeOne(of candidates: [(waiter: Waiter, sleeps: Operand)], _ range: SourceRange) {
        guard let first = candidates.first else { return }
        let done = newLabel()
        var count = first.sleeps
        for candidate in candidates.dropFirst() { count = binary(.add, count, candidate.sleeps, range) }
        unless(count, goto: done, range)
        let last = binary(.subtract, count, .constant(1), range)
        let left = newRegister(.int)
        emit(.choose(left, low: .constant(0), high: last), range)
        nameChoices([:])
        for candidate in candidates {
            let next = newLabel(), passed = newLabel()
            unless(candidate.sleeps, goto: next, range)
            unless(binary(.equal, .register(left), .constant(0), range), goto: passed, range)
            wake(candidate.waiter, range)
            jump(done, range)
            place(passed)
            emit(.binary(.subtract, left, .register(left), .constant(1)), range)
            place(next)
        }
        place(done)
    }

    /// wake_up_process(): whatever the thread sleeps in; it stays in its queue.
    func wakeUpProcess(_ site: CallSite) -> Value {
        guard let (name, index) = instance(site) else { return .nothing }
        if kind == .initialization { return .nothing }
        let range = site.range
        let threads = model.memory.threadsOfClass[name] ?? 0..<0
        beginStep(.readModifyWrite, range, ordering: .full)
        let exists = binary(.lessUnsigned, index, .constant(Int64(threads.count)), range)
        check(exists, .outOfBounds, name: name, "there is no such instance of \(name)", range)
        for (number, thread) in threads.enumerated() {
            let cell = thread < model.model.threads.count ? model.contextCells[.taskState]![thread] : 0
            if cell == 0 { continue }
            let next = newLabel()
            unless(binary(.equal, index, .constant(Int64(number)), range), goto: next, range)
            storeHidden(.constant(Int64(cell)), .constant(0), range)
            place(next)
        }
        return .nothing
    }

    /// waitqueue_active(): whether anybody is queued, be it awake.
    func waitQueueIsActive(_ site: CallSite) -> Value {
        guard let queue = queueArgument(site.arguments[0]) else { return .error }
        let range = site.range
        note { $0.seesWaiters = true }
        beginStep(.load, range)
        if queue.isChecked { emit(.checkPlace(queue.address, .lock), range) }
        var result: Operand = .constant(0)
        for waiter in waiters(queue.key) {
            let isThere = binary(.equal, loadHidden(waiter.queue, range), queue.address, range)
            result = result == .constant(0) ? isThere : binary(.or, result, isThere, range)
        }
        showResult(result)
        return Value(type: .bool, parts: [result], range: 0...1)
    }
}
