extension Counterexample {
    /// The run as JSON: a `run` of the grammar that `lockwalk help json` shows.
    public var json: JSONValue {
        .object([
            .init("initial", .number(initial)),
            .init(
                "threads",
                .array(
                    participants.map { .object([.init("name", .string($0.name)), .init("cpu", JSONValue($0.cpu))]) })),
            .init("idle_threads", .strings(idleThreads)),
            .init("steps", .array(steps.map(json))),
            .init("steps_left_out", .number(stepsLeftOut)),
            .init("last_step_fails", .bool(lastStepFails)),
            .init("failing_text", JSONValue(failingText)),
            .init("pending", .array(pending.map(json))),
            .init("held", json(holdings)),
            .init("variables", .array(locals.map(json))),
        ])
    }

    /// What was found, with its runs: a `finding` of the grammar.
    public func findingJSON() -> JSONValue {
        .object([
            .init("verdict", isOpen ? .null : .string(verdict)),
            .init("kind", isOpen ? .null : .string(kind.word)),
            .init("names", .strings(names)),
            .init("is_shortest", .bool(isShortest)),
            .init("explanation", .strings(explanation)),
            .init("place", json(source?.place)),
            .init("source", JSONValue(source?.text)),
            .init("runs", .array(([self] + companion).map(\.json))),
        ])
    }

    private func name(_ thread: Int) -> JSONValue { .string(participant(thread)?.name ?? "") }

    private func json(_ place: Place?) -> JSONValue {
        guard let place else { return .null }
        return .object([.init("file", .string(place.file)), .init("line", .number(place.line))])
    }

    private func json(_ step: Step) -> JSONValue {
        .object([
            .init("number", .number(step.number)),
            .init("thread", name(step.thread)),
            .init("choice", .number(step.choice)),
            .init("function", .string(step.function)),
            .init("place", json(step.place)),
            .init("text", .string(step.text)),
            .init("result", JSONValue(step.result)),
            .init("reads", .array(step.reads.map(json))),
            .init("writes", .array(step.writes.map(json))),
            .init("ghosts", .array(step.ghosts.map(json))),
            .init("effects", .array(step.effects.compactMap(json))),
            .init("held", json(step.holdings)),
            .init("matters", .bool(step.matters)),
        ])
    }

    private func json(_ access: Access) -> JSONValue {
        .object([.init("place", .string(access.place)), .init("value", .string(access.value))])
    }

    /// What was written has a list of its own.
    private func json(_ effect: Effect) -> JSONValue? {
        func member(_ what: String, _ target: String?) -> JSONValue {
            .object([.init("what", .string(what)), .init("target", JSONValue(target))])
        }
        switch effect {
        case .wrote: return nil
        case .allocated(let object): return member("allocates", object)
        case .freed(let object): return member("frees", object)
        case .gone(let object): return member("gone", object)
        case .acquired(let lock): return member("takes", lock)
        case .released(let lock): return member("releases", lock)
        case .queued(let callback): return member("queues", callback)
        case .gracePeriodEnded: return member("grace_period_ended", nil)
        case .beganToWait(let lock): return member("waits", lock)
        case .fellAsleep: return member("sleeps", nil)
        case .beganToSpin: return member("spins", nil)
        case .switched(let thread): return member("switches_from", thread)
        case .interrupted(let thread): return member("interrupts", thread)
        }
    }

    /// Threads that hold nothing are left out.
    private func json(_ holdings: [Holding]) -> JSONValue {
        .array(
            holdings.filter { !$0.locks.isEmpty }.map { holding in
                .object([
                    .init("thread", name(holding.thread)),
                    .init(
                        "locks",
                        .array(
                            holding.locks.map { lock in
                                .object([
                                    .init("name", .string(lock.name)), .init("is_shared", .bool(lock.isShared)),
                                    .init("is_section", .bool(lock.isSection)), .init("since", JSONValue(lock.since)),
                                ])
                            })),
                ])
            })
    }

    private func json(_ pending: Pending) -> JSONValue {
        .object([
            .init("thread", name(pending.thread)), .init("place", json(pending.place)),
            .init("text", .string(pending.text)), .init("remark", .string(pending.remark)),
        ])
    }

    private func json(_ local: Local) -> JSONValue {
        .object([
            .init("thread", name(local.thread)), .init("name", .string(local.name)),
            .init("value", JSONValue(local.value)),
        ])
    }
}
